"""Ops on parts of the channels: taken apart, joined, and attended to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Free, Op, Saved, Shape, Work, expect_map


@final
@dataclass(frozen=True, slots=True)
class Concat(Free):
    """The channels of `parts` maps of one size, one after the other."""

    kind: ClassVar[str] = "concat"

    parts: int

    @property
    def arity(self) -> int:
        """One operand for each part."""
        return self.parts

    def infer(self, *ins: Shape) -> Shape:
        """Channels add up; the other sizes agree."""
        if len({shape[1:] for shape in ins}) != 1:
            raise self.refuse("RS306", f"maps of {', '.join(str(shape) for shape in ins)} cannot be concatenated")
        return sum(shape[0] for shape in ins), *ins[0][1:]

    def call(self) -> Call:
        """`torch.cat`."""
        return Call(expression=f"torch.cat(({', '.join(f'{{{place}}}' for place in range(self.parts))}), 1)")


@dataclass(frozen=True, slots=True)
class _OnSplits(Op):
    """An op on channels that are `splits` parts in a row."""

    splits: int

    def channels_of_split(self, shape: Shape, groups: int = 1) -> int:
        """The channels of one part; an error where they do not come out whole."""
        channels = expect_map(self, shape)[0]
        if channels % (self.splits * groups):
            parts = f"{self.splits} splits of {groups} groups" if groups > 1 else f"{self.splits} equal splits"
            raise self.refuse("RS305", f"{channels} channels do not make {parts}")
        return channels // self.splits


@final
@dataclass(frozen=True, slots=True)
class Split(_OnSplits):
    """One of the splits, by its place from 0: (S C, H, W) -> (C, H, W)."""

    kind: ClassVar[str] = "split"
    aliases: ClassVar[bool] = True

    place: int = 0

    def infer(self, *ins: Shape) -> Shape:
        """The channels of one split."""
        return self.channels_of_split(ins[0]), *ins[0][1:]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """None."""
        return Work()

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()

    def call(self) -> Call:
        """A view."""
        args = (Arg("splits", self.splits), Arg("place", self.place))
        return Call(args=args, expression="{0}.chunk({splits}, 1)[{place}]")


@final
@dataclass(frozen=True, slots=True)
class SumSplits(_OnSplits):
    """The sum of the splits: (S C, H, W) -> (C, H, W)."""

    kind: ClassVar[str] = "sum_splits"
    precision: ClassVar[str] = "full"
    cost_rule: ClassVar[str] = "S - 1 per output element"

    def infer(self, *ins: Shape) -> Shape:
        """The channels of one split."""
        return self.channels_of_split(ins[0]), *ins[0][1:]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """S - 1 additions per output element."""
        return Work(extra=(self.splits - 1) * math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()

    def call(self) -> Call:
        """A sum over an unfolded axis."""
        return Call(args=(Arg("splits", self.splits),), expression="{0}.unflatten(1, ({splits}, -1)).sum(1)")


SPLIT_SOFTMAX = '''
class SplitSoftmax(nn.Module):
    """For each channel, softmax over the splits; each group holds its part of every one."""

    def __init__(self, splits: int, groups: int = 1) -> None:
        super().__init__()
        self.splits = splits
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        x = x.unflatten(1, (self.groups, self.splits, -1)).transpose(1, 2)
        return x.softmax(1).flatten(1, 3)

    def extra_repr(self) -> str:
        return f"splits={self.splits}, groups={self.groups}"
'''


@final
@dataclass(frozen=True, slots=True)
class SplitSoftmax(_OnSplits):
    """For each channel, softmax over the splits. Channels come in `groups`, each of which holds its part of every split
    (as a grouped convolution gives them), and leave split by split."""

    kind: ClassVar[str] = "split_softmax"
    precision: ClassVar[str] = "full"
    cost_rule: ClassVar[str] = "5 per element (maximum, subtract, exp, add, divide)"

    groups: int = 1

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        self.channels_of_split(ins[0], self.groups)
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Five operations per element."""
        return Work(extra=5 * math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The output."""
        return Saved(output=True)

    def call(self) -> Call:
        """`SplitSoftmax`, defined in the emitted file."""
        args = (Arg("splits", self.splits), Arg("groups", self.groups, 1))
        return Call("SplitSoftmax", args, support=SPLIT_SOFTMAX)
