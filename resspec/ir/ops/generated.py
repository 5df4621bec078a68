"""Ops of networks that make images: from a vector to a map, borders by reflection, a shift of the colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Free, Op, Saved, Shape, Weight, Window, Work, expect_channels, expect_map


@final
@dataclass(frozen=True, slots=True)
class Unflatten(Free):
    """A vector as a map: (C s²,) -> (C, s, s)."""

    kind: ClassVar[str] = "unflatten"
    aliases: ClassVar[bool] = True

    size: int

    def infer(self, *ins: Shape) -> Shape:
        """Channels of s x s values."""
        if len(ins[0]) != 1 or ins[0][0] % self.size**2:
            raise self.refuse("RS305", f"{ins[0]} does not make channels of {self.size} x {self.size} values")
        return ins[0][0] // self.size**2, self.size, self.size

    def window(self) -> Window:
        """Each place is made of the whole vector."""
        return Window(kernel=0)

    def call(self) -> Call:
        """A view."""
        return Call(args=(Arg("size", self.size),), expression="{0}.unflatten(1, (-1, {size}, {size}))")


@final
@dataclass(frozen=True, slots=True)
class ReflectPad(Op):
    """The border mirrored outwards, its own pixels not repeated: (C, H, W) -> (C, H + 2 p, W + 2 p)."""

    kind: ClassVar[str] = "reflect_pad"

    padding: int

    def infer(self, *ins: Shape) -> Shape:
        """A larger map; the sides must be longer than the padding."""
        channels, height, width = expect_map(self, ins[0])
        if min(height, width) <= self.padding:
            raise self.refuse(
                "RS304", f"a map of {height} x {width} is too small to be reflected by {self.padding}", "enlarge input"
            )
        return channels, height + 2 * self.padding, width + 2 * self.padding

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """None."""
        return Work()

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input: torch's backward asks for its sizes and keeps it whole."""
        return Saved(inputs=(0,))

    def window(self) -> Window:
        """A 1 x 1 window that begins outside."""
        return Window(padding=self.padding)

    def call(self) -> Call:
        """`nn.ReflectionPad2d`."""
        return Call("nn.ReflectionPad2d", (Arg("padding", self.padding),))


OFFSET = '''
class ColourOffset(nn.Module):
    """Adds a constant to each channel, which no state_dict holds."""

    def __init__(self, *offset: float) -> None:
        super().__init__()
        self.offset = offset

    def forward(self, x: Tensor) -> Tensor:
        offset = torch.tensor(self.offset, dtype=x.dtype, device=x.device)
        return x + offset.view(-1, 1, 1)

    def extra_repr(self) -> str:
        return ", ".join(str(value) for value in self.offset)
'''


def _by_channel(values: tuple[float, ...]) -> tuple[Arg, ...]:
    """A value for each channel as arguments."""
    names = ("red", "green", "blue") if len(values) == 3 else [f"c{i}" for i in range(len(values))]
    return tuple(Arg(name, value) for name, value in zip(names, values, strict=True))


@final
@dataclass(frozen=True, slots=True)
class ColourOffset(Op):
    """A constant added to each channel, kept as numbers of the program: the mean of the training images in RCAN
    (arXiv:1807.02758)."""

    kind: ClassVar[str] = "colour_offset"
    cost_rule: ClassVar[str] = "1 per element"

    offset: tuple[float, ...]

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_map(self, ins[0])
        expect_channels(self, len(self.offset), ins[0])
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One addition per element."""
        return Work(extra=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()

    def call(self) -> Call:
        """`ColourOffset`, defined in the emitted file."""
        return Call("ColourOffset", _by_channel(self.offset), support=OFFSET)


SHIFT = '''
class ColourShift(nn.Conv2d):
    """Adds a constant to each channel, as a 1x1 convolution whose tensors training leaves alone."""

    bias: Tensor

    def __init__(self, *shift: float) -> None:
        super().__init__(len(shift), len(shift), 1)
        self.shift = shift
        self.requires_grad_(False)
'''


@final
@dataclass(frozen=True, slots=True)
class ColourShift(Op):
    """A constant added to each channel, kept as a 1x1 convolution that training leaves alone: the MeanShift of
    super-resolution networks (arXiv:1707.02921). macs = C² H W, as for any 1x1 convolution."""

    kind: ClassVar[str] = "colour_shift"
    macs_rule: ClassVar[str] = "C² H W"
    precision: ClassVar[str] = "low"
    cost_rule: ClassVar[str] = "1 per element"

    shift: tuple[float, ...]

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_map(self, ins[0])
        expect_channels(self, len(self.shift), ins[0])
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (C, C, 1, 1), the identity, and `bias` (C), the shift; both frozen."""
        count = len(self.shift)
        return Weight("weight", (count, count, 1, 1), frozen=True), Weight("bias", (count,), frozen=True)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A 1x1 convolution with bias."""
        return Work(math.prod(out) * len(self.shift), extra=math.prod(out), activations=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing: neither its tensors nor, before them, an image has a gradient."""
        return Saved()

    def call(self) -> Call:
        """`ColourShift`, defined in the emitted file."""
        init = ("nn.init.dirac_({m}.weight)", "{m}.bias.copy_({m}.bias.new_tensor({m}.shift))")
        return Call("ColourShift", _by_channel(self.shift), init, support=SHIFT)
