"""Convolution and the linear layer: the ops that multiply and accumulate."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work, expect_channels, expect_map, slide


@dataclass(frozen=True, slots=True)
class Convolution(Op):
    """A 2-d convolution, however its kernel is made: macs = C_out H W (C_in / groups) k^2."""

    macs_rule: ClassVar[str] = "C_out H W (C_in / groups) k²"
    precision: ClassVar[str] = "low"

    in_channels: int
    out_channels: int
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1
    bias: bool = False

    def infer(self, *ins: Shape) -> Shape:
        """(C_in, H, W) -> (C_out, H', W')."""
        _, height, width = expect_map(self, ins[0])
        expect_channels(self, self.in_channels, ins[0])
        for role, channels in (("input", self.in_channels), ("output", self.out_channels)):
            if channels % self.groups:
                raise self.refuse(
                    "RS305",
                    f"groups={self.groups} does not divide {channels} {role} channels ({channels} % {self.groups} ="
                    f" {channels % self.groups})",
                    remedy=nearest_groups(self.in_channels, self.out_channels, self.groups),
                )
        window = self.window()
        return self.out_channels, slide(self, height, window), slide(self, width, window)

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (C_out, C_in / groups, k, k) and, if asked for, `bias` (C_out)."""
        weight = Weight("weight", (self.out_channels, self.in_channels // self.groups, self.kernel, self.kernel))
        return (weight, Weight("bias", (self.out_channels,))) if self.bias else (weight,)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiply-accumulate per kernel element and output element."""
        outputs = math.prod(out)
        macs = outputs * (self.in_channels // self.groups) * self.kernel * self.kernel
        return Work(macs, extra=outputs if self.bias else 0, activations=outputs)

    def window(self) -> Window:
        """The kernel."""
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input (and its own weight, which is no activation)."""
        return Saved(inputs=(0,))

    @property
    def arguments(self) -> tuple[Arg, ...]:
        """The constructor arguments of `nn.Conv2d`."""
        return (
            Arg("in_channels", self.in_channels),
            Arg("out_channels", self.out_channels),
            Arg("kernel_size", self.kernel),
            Arg("stride", self.stride, 1),
            Arg("padding", self.padding, 0),
            Arg("dilation", self.dilation, 1),
            Arg("groups", self.groups, 1),
            Arg("bias", self.bias, True),
        )

    @property
    def filling(self) -> tuple[str, ...]:
        """He initialisation over the fan out (arXiv:1502.01852)."""
        normal = 'nn.init.kaiming_normal_({m}.weight, mode="fan_out", nonlinearity="relu", generator=generator)'
        return (normal, "nn.init.zeros_({m}.bias)") if self.bias else (normal,)


@final
@dataclass(frozen=True, slots=True)
class Start:
    """The tensors of a convolution with bias before training: a normal kernel of this deviation, one constant bias."""

    deviation: float
    bias: float = 0.0

    @property
    def filling(self) -> tuple[str, ...]:
        """The statements that fill them."""
        normal = f"nn.init.normal_({{m}}.weight, std={self.deviation}, generator=generator)"
        constant = f"nn.init.constant_({{m}}.bias, {self.bias})" if self.bias else "nn.init.zeros_({m}.bias)"
        return normal, constant


@final
@dataclass(frozen=True, slots=True)
class Conv2d(Convolution):
    """2-d convolution: macs = C_out H W (C_in / groups) k^2."""

    kind: ClassVar[str] = "conv2d"
    cost_rule: ClassVar[str] = "1 per output element where there is a bias"

    start: Start | None = None
    """What the tensors are filled with, where it is not the usual."""

    def call(self) -> Call:
        """`nn.Conv2d`, filled by He initialisation over the fan out (arXiv:1502.01852) unless told otherwise."""
        return Call("nn.Conv2d", self.arguments, self.start.filling if self.start else self.filling)

    def __repr__(self) -> str:
        """The op with its fields; `start` only where there is one, so that most nets keep their fingerprint."""
        shown = (field.name for field in fields(self) if field.name != "start" or self.start)
        return f"Conv2d({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


@final
@dataclass(frozen=True, slots=True)
class ZeroedConv2d(Convolution):
    """2-d convolution that gives 0 until it has learnt: macs = C_out H W (C_in / groups) k^2."""

    kind: ClassVar[str] = "zeroed_conv2d"
    cost_rule: ClassVar[str] = "1 per output element where there is a bias"

    def call(self) -> Call:
        """`nn.Conv2d`, filled with 0."""
        return Call("nn.Conv2d", self.arguments, tuple(f"nn.init.zeros_({{m}}.{w.name})" for w in self.weights()))


@final
@dataclass(frozen=True, slots=True)
class Linear(Op):
    """y = W x + b, of a vector or of each of T tokens: macs = T F_in F_out."""

    kind: ClassVar[str] = "linear"
    macs_rule: ClassVar[str] = "T F_in F_out"
    precision: ClassVar[str] = "low"
    cost_rule: ClassVar[str] = "1 per output element where there is a bias"

    in_features: int
    out_features: int
    bias: bool = True

    def infer(self, *ins: Shape) -> Shape:
        """(F_in,) -> (F_out,), or (T, F_in) -> (T, F_out)."""
        if len(ins[0]) > 2:
            raise self.refuse("RS302", f"linear needs a vector, got {ins[0]}")
        expect_channels(self, self.in_features, ins[0][-1:])
        return (*ins[0][:-1], self.out_features)

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (F_out, F_in) and `bias` (F_out)."""
        weight = Weight("weight", (self.out_features, self.in_features))
        return (weight, Weight("bias", (self.out_features,))) if self.bias else (weight,)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiply-accumulate per weight and vector."""
        outputs = math.prod(out)
        return Work(self.in_features * outputs, outputs if self.bias else 0, outputs)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def window(self) -> Window:
        """A vector has no place: the whole map was seen before."""
        return Window()

    def call(self) -> Call:
        """`nn.Linear`, filled uniformly within ±1/sqrt(F_in), torch's own rule."""
        fill = "nn.init.uniform_({m}.%s, -({m}.in_features**-0.5), {m}.in_features**-0.5, generator=generator)"
        return Call(
            "nn.Linear",
            (
                Arg("in_features", self.in_features),
                Arg("out_features", self.out_features),
                Arg("bias", self.bias, True),
            ),
            tuple(fill % weight.name for weight in self.weights()),
        )


SEARCHED = 100_000
"""Numbers of groups that are tried on each side of an illegal one."""


def nearest_groups(fan_in: int, fan_out: int, groups: int) -> str:
    """The legal numbers of groups around an illegal one."""
    common = math.gcd(fan_in, fan_out)
    down = range(min(groups - 1, common), max(0, groups - SEARCHED), -1)
    up = range(groups + 1, min(common, groups + SEARCHED) + 1)
    near = [next((g for g in side if common % g == 0), 0) for side in (down, up)]
    return "nearest legal groups: " + (", ".join(str(g) for g in near if g) or f"the divisors of {common}")
