"""Ops on channels laid out in a row: (C, 1, 1) as (1, C)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, View, Weight, Window, Work, expect_channels, expect_map, slide


@final
@dataclass(frozen=True, slots=True)
class ToRow(View):
    """(C, 1, 1) -> (1, C): the channels as one sequence."""

    kind: ClassVar[str] = "to_row"

    def infer(self, *ins: Shape) -> Shape:
        """One channel, C long."""
        channels, height, width = expect_map(self, ins[0])
        if (height, width) != (1, 1):
            raise self.refuse("RS302", f"a row is made of (C, 1, 1), got {ins[0]}")
        return 1, channels

    def call(self) -> Call:
        """A transposed view."""
        return Call(expression="{0}.flatten(2).transpose(1, 2)")


@final
@dataclass(frozen=True, slots=True)
class FromRow(View):
    """(1, C) -> (C, 1, 1): the sequence as channels again."""

    kind: ClassVar[str] = "from_row"

    def infer(self, *ins: Shape) -> Shape:
        """C channels of one element."""
        if len(ins[0]) != 2 or ins[0][0] != 1:
            raise self.refuse("RS302", f"channels are made of a row (1, C), got {ins[0]}")
        return ins[0][1], 1, 1

    def call(self) -> Call:
        """A transposed view."""
        return Call(expression="{0}.transpose(1, 2).unsqueeze(3)")


@final
@dataclass(frozen=True, slots=True)
class Conv1d(Op):
    """1-d convolution that keeps the length: macs = C_out L C_in k."""

    kind: ClassVar[str] = "conv1d"
    macs_rule: ClassVar[str] = "C_out L C_in k"
    precision: ClassVar[str] = "low"

    in_channels: int
    out_channels: int
    kernel: int

    def infer(self, *ins: Shape) -> Shape:
        """(C_in, L) -> (C_out, L)."""
        if len(ins[0]) != 2:
            raise self.refuse("RS302", f"conv1d needs a sequence (C, L), got {ins[0]}")
        expect_channels(self, self.in_channels, ins[0])
        return self.out_channels, slide(self, ins[0][1], self.window())

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (C_out, C_in, k)."""
        return (Weight("weight", (self.out_channels, self.in_channels, self.kernel)),)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiply-accumulate per kernel element and output element."""
        outputs = math.prod(out)
        return Work(outputs * self.in_channels * self.kernel, activations=outputs)

    def window(self) -> Window:
        """The kernel, padded by half."""
        return Window(self.kernel, padding=self.kernel // 2)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.Conv1d`, filled uniformly within ±1/sqrt(C_in k), torch's own rule."""
        args = (
            Arg("in_channels", self.in_channels),
            Arg("out_channels", self.out_channels),
            Arg("kernel_size", self.kernel),
            Arg("padding", self.kernel // 2, 0),
            Arg("bias", value=False, default=True),
        )
        return Call("nn.Conv1d", args, ("nn.init.kaiming_uniform_({m}.weight, a=5**0.5, generator=generator)",))
