"""The transposed convolution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work, expect_channels, expect_map


@final
@dataclass(frozen=True, slots=True)
class TransposedConv2d(Op):
    """A convolution run backward, which enlarges a map by its stride: macs = C_in H W C_out k² on the INPUT's grid."""

    kind: ClassVar[str] = "transposed_conv2d"
    macs_rule: ClassVar[str] = "C_in H W C_out k² on the grid of the input"
    precision: ClassVar[str] = "low"
    cost_rule: ClassVar[str] = "1 per output element where there is a bias"

    in_channels: int
    out_channels: int
    kernel: int
    stride: int = 1
    padding: int = 0
    output_padding: int = 0
    bias: bool = True

    def infer(self, *ins: Shape) -> Shape:
        """(C_in, H, W) -> (C_out, H', W') with H' = (H - 1) s - 2 p + k + output padding."""
        _, height, width = expect_map(self, ins[0])
        expect_channels(self, self.in_channels, ins[0])
        more = self.kernel - 2 * self.padding + self.output_padding
        sides = ((height - 1) * self.stride + more, (width - 1) * self.stride + more)
        if min(sides) < 1:
            raise self.refuse(
                "RS304", f"{self.kind} with padding {self.padding} leaves nothing of a map of {ins[0][1:]}"
            )
        return self.out_channels, *sides

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (C_in, C_out, k, k) and, if asked for, `bias` (C_out)."""
        weight = Weight("weight", (self.in_channels, self.out_channels, self.kernel, self.kernel))
        return (weight, Weight("bias", (self.out_channels,))) if self.bias else (weight,)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiply-accumulate per input element, output channel and kernel element."""
        macs = math.prod(ins[0]) * self.out_channels * self.kernel**2
        return Work(macs, extra=math.prod(out) if self.bias else 0, activations=math.prod(out))

    def window(self) -> Window:
        """As many neighbours as kernels lie over one output element."""
        return Window(neighbours=-(-self.kernel // self.stride))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.ConvTranspose2d`, filled by He initialisation over the fan in of an output element."""
        args = (
            Arg("in_channels", self.in_channels),
            Arg("out_channels", self.out_channels),
            Arg("kernel_size", self.kernel),
            Arg("stride", self.stride, 1),
            Arg("padding", self.padding, 0),
            Arg("output_padding", self.output_padding, 0),
            Arg("bias", self.bias, True),
        )
        normal = 'nn.init.kaiming_normal_({m}.weight, mode="fan_out", nonlinearity="relu", generator=generator)'
        return Call("nn.ConvTranspose2d", args, (normal, "nn.init.zeros_({m}.bias)") if self.bias else (normal,))
