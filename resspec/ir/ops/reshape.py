"""Ops that move elements and compute nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Window, Work, expect_map


@dataclass(frozen=True, slots=True)
class _Free(Op):
    """No arithmetic, nothing kept for backward."""

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """None."""
        return Work()

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()


@final
@dataclass(frozen=True, slots=True)
class Input(_Free):
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
class Flatten(_Free):
    """(C, H, W) -> (C H W,)."""

    kind: ClassVar[str] = "flatten"
    aliases: ClassVar[bool] = True

    def infer(self, *ins: Shape) -> Shape:
        """One vector of all elements."""
        return (math.prod(ins[0]),)

    def call(self) -> Call:
        """`torch.flatten`."""
        return Call(expression="torch.flatten({0}, 1)")


@final
@dataclass(frozen=True, slots=True)
class Subsample(_Free):
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
class PadChannels(_Free):
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
