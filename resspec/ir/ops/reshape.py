"""Ops that move elements and compute nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Free, Shape, Window, expect_channels, expect_map


@final
@dataclass(frozen=True, slots=True)
class Input(Free):
    """An input of the network."""

    kind: ClassVar[str] = "input"
    arity: ClassVar[int] = 0

    shape: Shape

    def infer(self, *ins: Shape) -> Shape:
        """The declared shape."""
        if not self.shape or min(self.shape) < 1:
            raise self.refuse("RS301", f"an input needs a shape of positive sizes, got {self.shape}")
        return self.shape

    def call(self) -> Call:
        """The argument of `forward`."""
        return Call()


@final
@dataclass(frozen=True, slots=True)
class Flatten(Free):
    """(C, H, W) -> (C H W,)."""

    kind: ClassVar[str] = "flatten"
    aliases: ClassVar[bool] = True

    def infer(self, *ins: Shape) -> Shape:
        """One vector of all elements."""
        return (math.prod(ins[0]),)

    def call(self) -> Call:
        """`torch.flatten`."""
        return Call(expression="torch.flatten({0}, 1)")


FLATTEN_WHOLE = '''
class FlattenWhole(nn.Module):
    """All values of a map of one size as a vector."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.shape = (channels, height, width)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1:] != self.shape:
            made, got = self.shape, tuple(x.shape[1:])
            raise ValueError(f"the head is made for maps of {made}, got {got}")
        return torch.flatten(x, 1)

    def extra_repr(self) -> str:
        return str(self.shape)
'''


@final
@dataclass(frozen=True, slots=True)
class FlattenWhole(Free):
    """(C, H, W) -> (C H W,), of maps of one size, which what follows is bound to."""

    kind: ClassVar[str] = "flatten_whole"
    aliases: ClassVar[bool] = True

    channels: int
    height: int
    width: int

    def infer(self, *ins: Shape) -> Shape:
        """One vector of all elements."""
        made = (self.channels, self.height, self.width)
        if ins[0] != made:
            raise self.refuse("RS303", f"{self.kind} is made for {made}, its input is {ins[0]}")
        return (math.prod(ins[0]),)

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def call(self) -> Call:
        """`FlattenWhole`, defined in the emitted file."""
        sizes = (("channels", self.channels), ("height", self.height), ("width", self.width))
        return Call("FlattenWhole", tuple(Arg(*size) for size in sizes), support=FLATTEN_WHOLE)


@final
@dataclass(frozen=True, slots=True)
class Subsample(Free):
    """Every s-th row and column: (C, H, W) -> (C, ceil(H / s), ceil(W / s))."""

    kind: ClassVar[str] = "subsample"
    aliases: ClassVar[bool] = True

    stride: int

    def infer(self, *ins: Shape) -> Shape:
        """Sizes divided by the stride, rounded up."""
        channels, height, width = expect_map(self, ins[0])
        return channels, -(-height // self.stride), -(-width // self.stride)

    def window(self) -> Window:
        """A 1 x 1 window that skips."""
        return Window(stride=self.stride)

    def call(self) -> Call:
        """A slice."""
        return Call(args=(Arg("step", self.stride),), expression="{0}[:, :, ::{step}, ::{step}]")


@final
@dataclass(frozen=True, slots=True)
class PadMap(Free):
    """Zeros before and after the rows and columns: (C, H, W) -> (C, H + before + after, W + before + after)."""

    kind: ClassVar[str] = "pad_map"

    before: int
    after: int

    def infer(self, *ins: Shape) -> Shape:
        """A larger map."""
        channels, height, width = expect_map(self, ins[0])
        more = self.before + self.after
        return channels, height + more, width + more

    def window(self) -> Window:
        """A 1 x 1 window that begins outside."""
        return Window(padding=self.before)

    def call(self) -> Call:
        """`F.pad`."""
        args = (Arg("before", self.before), Arg("after", self.after))
        return Call(args=args, expression="F.pad({0}, ({before}, {after}, {before}, {after}))")


@final
@dataclass(frozen=True, slots=True)
class SpaceToDepth(Free):
    """Each block of b x b pixels becomes one pixel of b² times the channels, the channel the fastest axis:
    (C, H, W) -> (b² C, H / b, W / b)."""

    kind: ClassVar[str] = "space_to_depth"

    block: int
    channels: int

    def infer(self, *ins: Shape) -> Shape:
        """More channels, a smaller map; the block must divide its sides."""
        channels, height, width = expect_map(self, ins[0])
        expect_channels(self, self.channels, ins[0])
        if height % self.block or width % self.block:
            raise self.refuse(
                "RS304",
                f"blocks of {self.block} x {self.block} pixels do not tile a map of {height} x {width}",
                remedy=f"use an input whose sides are multiples of {self.block}",
            )
        return channels * self.block**2, height // self.block, width // self.block

    def window(self) -> Window:
        """A block."""
        return Window(self.block, self.block)

    def call(self) -> Call:
        """torch's pixel unshuffle, which has the channel as the slowest axis, with the axes exchanged."""
        args = (Arg("block", self.block), Arg("channels", self.channels))
        text = "F.pixel_unshuffle({0}, {block}).unflatten(1, ({channels}, -1)).transpose(1, 2).flatten(1, 2)"
        return Call(args=args, expression=text)


@final
@dataclass(frozen=True, slots=True)
class PadChannels(Free):
    """Zero channels before and after: (C, H, W) -> (before + C + after, H, W)."""

    kind: ClassVar[str] = "pad_channels"

    before: int
    after: int

    def infer(self, *ins: Shape) -> Shape:
        """More channels."""
        channels, height, width = expect_map(self, ins[0])
        return channels + self.before + self.after, height, width

    def call(self) -> Call:
        """`F.pad`."""
        args = (Arg("before", self.before), Arg("after", self.after))
        return Call(args=args, expression="F.pad({0}, (0, 0, 0, 0, {before}, {after}))")


@final
@dataclass(frozen=True, slots=True)
class PixelShuffle(Free):
    """Each r² channels of a pixel become a block of r x r pixels: (r² C, H, W) -> (C, r H, r W) (arXiv:1609.05158)."""

    kind: ClassVar[str] = "pixel_shuffle"

    factor: int

    def infer(self, *ins: Shape) -> Shape:
        """Fewer channels, a larger map."""
        channels, height, width = expect_map(self, ins[0])
        if channels % self.factor**2:
            raise self.refuse(
                "RS305", f"{channels} channels do not make blocks of {self.factor} x {self.factor} pixels"
            )
        return channels // self.factor**2, height * self.factor, width * self.factor

    def window(self) -> Window:
        """A pixel is made of one."""
        return Window(neighbours=1)

    def call(self) -> Call:
        """`nn.PixelShuffle`."""
        return Call("nn.PixelShuffle", (Arg("upscale_factor", self.factor),))


@final
@dataclass(frozen=True, slots=True)
class AnchorRows(Free):
    """The predictions of a map as rows, place by place and anchor by anchor: (A K, H, W) -> (H W A, K)."""

    kind: ClassVar[str] = "anchor_rows"

    values: int

    def infer(self, *ins: Shape) -> Shape:
        """A row of K values for each anchor of each place."""
        channels, height, width = expect_map(self, ins[0])
        if channels % self.values:
            raise self.refuse("RS305", f"{channels} channels do not make rows of {self.values} values")
        return height * width * (channels // self.values), self.values

    def call(self) -> Call:
        """Views, and one copy."""
        text = "{0}.unflatten(1, (-1, {values})).permute(0, 3, 4, 1, 2).flatten(1, 3)"
        return Call(args=(Arg("values", self.values),), expression=text)
