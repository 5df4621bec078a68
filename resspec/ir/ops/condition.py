"""Ops of networks that are conditioned: a whole number for each image, made a vector, which shifts or scales maps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from resspec.ir.op import Arg, Call, Free, Op, Saved, Shape, Weight, Work, expect_map


def expect_number(op: Op, shape: Shape) -> None:
    """An error unless the operand is one number for each image."""
    if shape != ():
        raise op.refuse("RS302", f"{op.kind} needs a whole number for each image, got {shape}")


def expect_vector(op: Op, size: int, shape: Shape) -> None:
    """An error unless the operand is a vector of this size."""
    if shape != (size,):
        raise op.refuse("RS303", f"{op.kind} needs a vector ({size},) beside its map, got {shape}")


@final
@dataclass(frozen=True, slots=True)
class Index(Free):
    """An input of one whole number for each image, from 0 to `count` - 1: a time step, a class. Shape ()."""

    kind: ClassVar[str] = "index"
    arity: ClassVar[int] = 0

    count: int

    def below(self) -> int:
        """The count."""
        return self.count

    def infer(self, *ins: Shape) -> Shape:
        """One number."""
        return ()

    def call(self) -> Call:
        """The argument of `forward`."""
        return Call()


SINUSOID = '''
class SinusoidLinear(nn.Linear):
    """Linear layer on sines and cosines of a number, with frequencies from 1 down to
    about 1 / 10000 in even steps of their logarithm.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        cosine_first: bool = False,
        last: bool = True,
    ) -> None:
        super().__init__(in_features, out_features)
        self.cosine_first = cosine_first
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        half = self.in_features // 2
        places = torch.arange(half, dtype=torch.float32, device=x.device)
        steps = half - 1 if self.last else half
        angles = x.float()[:, None] * torch.exp(places * (-math.log(10000) / steps))
        waves = [torch.sin(angles), torch.cos(angles)]
        x = torch.cat(waves[::-1] if self.cosine_first else waves, 1)
        return F.linear(x.to(self.weight.dtype), self.weight, self.bias)
'''


@final
@dataclass(frozen=True, slots=True)
class SinusoidLinear(Op):
    """y = W s(t) + b, s(t) the sines and cosines of t at F_in / 2 frequencies (arXiv:1706.03762, section 3.5):
    macs = F_in F_out. `last` says whether the last frequency is 1 / 10000 itself."""

    kind: ClassVar[str] = "sinusoid_linear"
    macs_rule: ClassVar[str] = "F_in F_out"
    precision: ClassVar[str] = "low"
    cost_rule: ClassVar[str] = "1 per output element, 2 per input feature (angles, sines and cosines, frequencies)"

    in_features: int
    out_features: int
    cosine_first: bool = False
    last: bool = True

    def infer(self, *ins: Shape) -> Shape:
        """() -> (F_out,); there are as many sines as cosines."""
        expect_number(self, ins[0])
        if self.in_features % 2 or self.in_features < 4:
            raise self.refuse(
                "RS305", f"sines and cosines do not share {self.in_features} features", "take an even number from 4"
            )
        return (self.out_features,)

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (F_out, F_in) and `bias` (F_out)."""
        return Weight("weight", (self.out_features, self.in_features)), Weight("bias", (self.out_features,))

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The product and its bias; angles, functions and frequencies."""
        outputs = math.prod(out)
        return Work(self.in_features * outputs, outputs + 2 * self.in_features, outputs)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The sines and cosines."""
        return Saved(extra=self.in_features)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """Angles, sines and cosines, and both in a row."""
        return 2 * self.in_features, self.in_features // 2

    def call(self) -> Call:
        """`SinusoidLinear`, defined in the emitted file, filled as a linear layer."""
        fill = "nn.init.uniform_({m}.%s, -({m}.in_features**-0.5), {m}.in_features**-0.5, generator=generator)"
        args = (
            Arg("in_features", self.in_features),
            Arg("out_features", self.out_features),
            Arg("cosine_first", self.cosine_first, False),
            Arg("last", self.last, True),
        )
        return Call("SinusoidLinear", args, tuple(fill % name for name in ("weight", "bias")), support=SINUSOID)


SINUSOIDS = '''
class SinusoidTable(nn.Embedding):
    """Sines and cosines of each of so many numbers, side by side, which training leaves
    alone.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__(num_embeddings, embedding_dim)
        self.weight.requires_grad_(False)

    def settle(self) -> None:
        half = self.embedding_dim // 2
        places = torch.arange(half, dtype=torch.float32, device=self.weight.device)
        numbers = torch.arange(self.num_embeddings, device=self.weight.device)
        angles = numbers[:, None] * torch.exp(places * (-math.log(10000) / half))
        self.weight.copy_(torch.stack([angles.sin(), angles.cos()], 2).flatten(1))
'''


SCALES = '''
class ScaleTable(nn.Embedding):
    """A scale near 1 and then a shift for each channel, of each of so many classes."""

    @torch.no_grad()
    def settle(self, generator: torch.Generator | None = None) -> None:
        half = self.embedding_dim // 2
        self.weight[:, :half].normal_(1, 0.02, generator=generator)
        self.weight[:, half:].zero_()
'''
Fill = Literal["unit", "small", "scales", "waves"]
"""How a table starts: from N(0, 1), from N(0, 0.02²), with scales near 1 and no shifts, or with sines and cosines."""


@final
@dataclass(frozen=True, slots=True)
class Embedding(Op):
    """A row of a learned table for each whole number; or of one of sines and cosines, kept though nothing trains it."""

    kind: ClassVar[str] = "embedding"
    precision: ClassVar[str] = "promoted"
    cost_rule: ClassVar[str] = "0"

    count: int
    features: int
    fill: Fill = "unit"

    @property
    def waves(self) -> bool:
        """Whether it is a table of sines and cosines, which training leaves alone."""
        return self.fill == "waves"

    def infer(self, *ins: Shape) -> Shape:
        """() -> (C,)."""
        expect_number(self, ins[0])
        if self.waves and self.features % 2:
            law = f"sines and cosines do not share {self.features} features"
            raise self.refuse("RS305", law, "take an even number")
        return (self.features,)

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (N, C)."""
        return (Weight("weight", (self.count, self.features), frozen=self.waves),)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """None: a row is copied."""
        return Work()

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The number, where the table learns."""
        return Saved() if self.waves else Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.Embedding`, filled from N(0, 1) as torch does, or from N(0, 0.02²); or `ScaleTable` or `SinusoidTable`,
        defined in the emitted file."""
        args = (Arg("num_embeddings", self.count), Arg("embedding_dim", self.features))
        if self.waves:
            return Call("SinusoidTable", args, ("{m}.settle()",), support=SINUSOIDS)
        if self.fill == "scales":
            return Call("ScaleTable", args, ("{m}.settle(generator)",), support=SCALES)
        deviation = "std=0.02, " if self.fill == "small" else ""
        return Call("nn.Embedding", args, (f"nn.init.normal_({{m}}.weight, {deviation}generator=generator)",))


@final
@dataclass(frozen=True, slots=True)
class AddVector(Op):
    """x + s: a map plus one term per channel (C,)."""

    kind: ClassVar[str] = "add_vector"
    precision: ClassVar[str] = "low"
    arity: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "1 per element of the map"
    overwrites: ClassVar[bool] = True

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) and (C,) -> (C, H, W)."""
        expect_vector(self, expect_map(self, ins[0])[0], ins[1])
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One addition per element."""
        return Work(extra=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()

    def call(self) -> Call:
        """`x + s` with axes put behind `s`."""
        return Call(expression="{0} + {1}[:, :, None, None]", inplace="{0} += {1}[:, :, None, None]")


MODULATED = '''
def modulated(x: Tensor, by: Tensor, start: float) -> Tensor:
    """(start + scale) x + shift, a scale and a shift for each channel."""
    scale, shift = by[:, :, None, None].chunk(2, 1)
    return x * (scale + start) + shift
'''


@final
@dataclass(frozen=True, slots=True)
class Modulate(Op):
    """(start + scale) x + shift: a map under the two halves of a vector (2 C,) (arXiv:1709.07871)."""

    kind: ClassVar[str] = "modulate"
    arity: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "2 per element of the map, 1 per channel"

    start: int = 1

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) and (2 C,) -> (C, H, W)."""
        expect_vector(self, 2 * expect_map(self, ins[0])[0], ins[1])
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A product and a sum per element, the start per channel."""
        return Work(extra=2 * math.prod(out) + out[0])

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The map, and the scales."""
        return Saved(inputs=(0,), extra=ins[0][0])

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The product."""
        return math.prod(out), 0

    def call(self) -> Call:
        """`modulated`, defined in the emitted file."""
        return Call(args=(Arg("start", self.start),), expression="modulated({0}, {1}, {start})", support=MODULATED)
