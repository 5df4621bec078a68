"""Elementwise activations. A transcendental function counts as one operation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Work


@dataclass(frozen=True, slots=True)
class _Elementwise(Op):
    """An activation costs `rate` operations per element and keeps the shape."""

    rate: ClassVar[int]

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """`rate` operations per element."""
        return Work(extra=self.rate * math.prod(out))


@final
@dataclass(frozen=True, slots=True)
class ReLU(_Elementwise):
    """max(x, 0)."""

    kind: ClassVar[str] = "relu"
    rate: ClassVar[int] = 1
    cost_rule: ClassVar[str] = "1 per element"
    overwrites: ClassVar[bool] = True

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The output: its sign is the gradient's mask."""
        return Saved(output=True)

    def call(self) -> Call:
        """`nn.ReLU`."""
        return Call("nn.ReLU", inplace="inplace")


@final
@dataclass(frozen=True, slots=True)
class LeakyReLU(_Elementwise):
    """max(x, slope x)."""

    kind: ClassVar[str] = "leaky_relu"
    rate: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "2 per element (compare, multiply)"
    overwrites: ClassVar[bool] = True

    slope: float = 0.01

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The output: its sign chooses the gradient's factor."""
        return Saved(output=True)

    def call(self) -> Call:
        """`nn.LeakyReLU`."""
        return Call("nn.LeakyReLU", (Arg("negative_slope", self.slope, 0.01),), inplace="inplace")


@final
@dataclass(frozen=True, slots=True)
class SiLU(_Elementwise):
    """x sigmoid(x) (arXiv:1702.03118)."""

    kind: ClassVar[str] = "silu"
    rate: ClassVar[int] = 5
    cost_rule: ClassVar[str] = "5 per element (negate, exp, add, divide, multiply)"

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.SiLU`."""
        return Call("nn.SiLU")


@final
@dataclass(frozen=True, slots=True)
class GELU(_Elementwise):
    """x Phi(x), by erf (arXiv:1606.08415)."""

    kind: ClassVar[str] = "gelu"
    rate: ClassVar[int] = 5
    cost_rule: ClassVar[str] = "5 per element (scale, erf, add, two multiplies)"

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.GELU`."""
        return Call("nn.GELU")


@final
@dataclass(frozen=True, slots=True)
class Sigmoid(_Elementwise):
    """1 / (1 + exp(-x))."""

    kind: ClassVar[str] = "sigmoid"
    rate: ClassVar[int] = 4
    cost_rule: ClassVar[str] = "4 per element (negate, exp, add, divide)"

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The output: s' = s (1 - s)."""
        return Saved(output=True)

    def call(self) -> Call:
        """`nn.Sigmoid`."""
        return Call("nn.Sigmoid")


@final
@dataclass(frozen=True, slots=True)
class Tanh(_Elementwise):
    """tanh(x)."""

    kind: ClassVar[str] = "tanh"
    rate: ClassVar[int] = 1
    cost_rule: ClassVar[str] = "1 per element"

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The output: t' = 1 - t²."""
        return Saved(output=True)

    def call(self) -> Call:
        """`nn.Tanh`."""
        return Call("nn.Tanh")


@final
@dataclass(frozen=True, slots=True)
class PReLU(_Elementwise):
    """x where it is positive, else a learned slope times x, one slope for all channels (arXiv:1502.01852)."""

    kind: ClassVar[str] = "prelu"
    precision: ClassVar[str] = "promoted"
    rate: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "2 per element (compare, multiply)"

    start: float = 0.25

    def weights(self) -> tuple[Weight, ...]:
        """The slope."""
        return (Weight("weight", (1,)),)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.PReLU`."""
        return Call("nn.PReLU", (Arg("init", self.start, 0.25),), (f"nn.init.constant_({{m}}.weight, {self.start})",))


@final
@dataclass(frozen=True, slots=True)
class Dropout(_Elementwise):
    """Zeroes elements with a `probability` in training (arXiv:1207.0580); the identity in eval mode."""

    kind: ClassVar[str] = "dropout"
    rate: ClassVar[int] = 0
    cost_rule: ClassVar[str] = "0 (the identity in eval mode)"
    aliases: ClassVar[bool] = True
    random: ClassVar[bool] = True

    probability: float

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The mask."""
        return Saved(extra=math.prod(out))

    def call(self) -> Call:
        """`nn.Dropout`."""
        return Call("nn.Dropout", (Arg("p", self.probability, 0.5),))


@final
@dataclass(frozen=True, slots=True)
class DropChannels(_Elementwise):
    """Zeroes whole channels of a map with a `probability` in training (arXiv:1411.4280); the identity in eval mode."""

    kind: ClassVar[str] = "drop_channels"
    rate: ClassVar[int] = 0
    cost_rule: ClassVar[str] = "0 (the identity in eval mode)"
    aliases: ClassVar[bool] = True
    random: ClassVar[bool] = True

    probability: float

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """One factor per channel."""
        return Saved(extra=out[0])

    def call(self) -> Call:
        """`nn.Dropout2d`."""
        return Call("nn.Dropout2d", (Arg("p", self.probability, 0.5),))


DROP_PATH = '''
class DropPath(nn.Module):
    """Stochastic depth: drops an image's branch with probability `p` in training."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        keep = torch.rand(x.shape[0], 1, 1, 1, device=x.device) >= self.p
        return x * (keep / (1 - self.p)).to(x.dtype)

    def extra_repr(self) -> str:
        return f"p={self.p}"
'''


@final
@dataclass(frozen=True, slots=True)
class DropPath(_Elementwise):
    """Stochastic depth (arXiv:1603.09382): drops a branch per image with a probability in training; the identity in
    eval mode."""

    kind: ClassVar[str] = "drop_path"
    rate: ClassVar[int] = 0
    cost_rule: ClassVar[str] = "0 (the identity in eval mode)"
    aliases: ClassVar[bool] = True
    random: ClassVar[bool] = True

    probability: float

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """One factor per image."""
        return Saved(extra=1)

    def call(self) -> Call:
        """`DropPath`, defined in the emitted file."""
        return Call("DropPath", (Arg("p", self.probability),), support=DROP_PATH)
