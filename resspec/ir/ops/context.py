"""A map's context: the sum of its places by shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Call, Op, Saved, Shape, Window, Work, expect_map


@final
@dataclass(frozen=True, slots=True)
class SpatialSoftmax(Op):
    """exp(x) / sum(exp(x)) over the places of a map of one channel: (1, H, W) -> (1, H W)."""

    kind: ClassVar[str] = "spatial_softmax"
    precision: ClassVar[str] = "full"
    cost_rule: ClassVar[str] = "5 per element (maximum, subtract, exp, sum, divide)"

    def infer(self, *ins: Shape) -> Shape:
        """One share per place."""
        channels, height, width = expect_map(self, ins[0])
        if channels != 1:
            raise self.refuse("RS303", f"shares of places are made of one channel, the input has {channels}")
        return 1, height * width

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Five operations per place."""
        return Work(extra=5 * math.prod(out))

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The output."""
        return Saved(output=True)

    def call(self) -> Call:
        """`F.softmax`."""
        return Call(expression="F.softmax({0}.flatten(2), 2)")


@final
@dataclass(frozen=True, slots=True)
class SpatialSum(Op):
    """The sum of a map's places by their shares: (C, H, W) and (1, H W) -> (C, 1, 1); macs = C H W."""

    kind: ClassVar[str] = "spatial_sum"
    macs_rule: ClassVar[str] = "C H W"
    precision: ClassVar[str] = "low"
    arity: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "0"

    def infer(self, *ins: Shape) -> Shape:
        """One element per channel."""
        channels, height, width = expect_map(self, ins[0])
        if ins[1] != (1, height * width):
            raise self.refuse("RS306", f"a map of {ins[0]} needs shares (1, {height * width}), got {ins[1]}")
        return channels, 1, 1

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A product of the map with the shares."""
        return Work(math.prod(ins[0]), activations=math.prod(out))

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Both operands."""
        return Saved(inputs=(0, 1))

    def call(self) -> Call:
        """A matrix product."""
        return Call(expression="({0}.flatten(2) @ {1}.transpose(1, 2)).unsqueeze(3)")
