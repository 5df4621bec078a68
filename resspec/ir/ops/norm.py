"""Normalisations. Eval mode counts; batch statistics are constants there, group statistics are not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work, expect_channels
from resspec.ir.ops.conv import nearest_groups


@final
@dataclass(frozen=True, slots=True)
class BatchNorm2d(Op):
    """y = gamma (x - mean) / sqrt(var + eps) + beta over the batch (arXiv:1502.03167)."""

    kind: ClassVar[str] = "batch_norm"
    cost_rule: ClassVar[str] = "2 per element (scale, shift)"

    channels: int
    eps: float = 1e-5
    momentum: float = 0.1
    zero_init: bool = False

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_channels(self, self.channels, ins[0])
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """gamma, beta, and the running statistics as buffers (`num_batches_tracked` is one element)."""
        vector = (self.channels,)
        return (
            Weight("weight", vector),
            Weight("bias", vector),
            Weight("running_mean", vector, learned=False),
            Weight("running_var", vector, learned=False),
            Weight("num_batches_tracked", (), learned=False),
        )

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A scale and a shift per element."""
        return Work(extra=2 * math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and mean and inverse deviation per channel."""
        return Saved(inputs=(0,), shared=2 * self.channels)

    def call(self) -> Call:
        """`nn.BatchNorm2d`; gamma starts at 1, or at 0 for the last norm of a branch (arXiv:1706.02677)."""
        gamma = "zeros_" if self.zero_init else "ones_"
        return Call(
            "nn.BatchNorm2d",
            (Arg("num_features", self.channels), Arg("eps", self.eps, 1e-5), Arg("momentum", self.momentum, 0.1)),
            ("{m}.reset_running_stats()", f"nn.init.{gamma}({{m}}.weight)", "nn.init.zeros_({m}.bias)"),
        )


@final
@dataclass(frozen=True, slots=True)
class GroupNorm(Op):
    """Normalisation over groups of channels of one image (arXiv:1803.08494)."""

    kind: ClassVar[str] = "group_norm"
    precision: ClassVar[str] = "full"
    cost_rule: ClassVar[str] = "8 per element (1 mean, 3 variance, 2 normalise, 2 scale and shift)"

    groups: int
    channels: int
    eps: float = 1e-5
    zero_init: bool = False

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays; groups must divide the channels."""
        expect_channels(self, self.channels, ins[0])
        if self.channels % self.groups:
            raise self.refuse(
                "RS305",
                f"{self.groups} norm groups do not divide {self.channels} channels",
                remedy=nearest_groups(self.channels, self.channels, self.groups),
            )
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """gamma and beta."""
        return Weight("weight", (self.channels,)), Weight("bias", (self.channels,))

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Statistics are computed for each image."""
        return Work(extra=8 * math.prod(out))

    def window(self) -> Window:
        """Statistics reach over the whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and mean and inverse deviation per group."""
        return Saved(inputs=(0,), extra=2 * self.groups)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """Mean and inverse deviation per group."""
        return 2 * self.groups, 0

    def call(self) -> Call:
        """`nn.GroupNorm`."""
        gamma = "zeros_" if self.zero_init else "ones_"
        return Call(
            "nn.GroupNorm",
            (Arg("num_groups", self.groups), Arg("num_channels", self.channels), Arg("eps", self.eps, 1e-5)),
            (f"nn.init.{gamma}({{m}}.weight)", "nn.init.zeros_({m}.bias)"),
        )


@final
@dataclass(frozen=True, slots=True)
class InstanceNorm2d(Op):
    """Normalisation of each channel of one image (arXiv:1607.08022); `affine` adds a learned scale and shift."""

    kind: ClassVar[str] = "instance_norm"
    precision: ClassVar[str] = "full"
    cost_rule: ClassVar[str] = "6 per element (1 mean, 3 variance, 2 normalise), 8 where it is affine"

    channels: int
    eps: float = 1e-5
    affine: bool = False

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_channels(self, self.channels, ins[0])
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """gamma and beta, or none."""
        vector = (self.channels,)
        return (Weight("weight", vector), Weight("bias", vector)) if self.affine else ()

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Statistics are computed for each image."""
        return Work(extra=(8 if self.affine else 6) * math.prod(out))

    def window(self) -> Window:
        """Statistics reach over the whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and mean, inverse deviation and gamma per channel: torch repeats gamma for each image."""
        return Saved(inputs=(0,), extra=(3 if self.affine else 2) * self.channels)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """Mean and inverse deviation per channel."""
        return 2 * self.channels, 0

    def call(self) -> Call:
        """`nn.InstanceNorm2d`."""
        args = (
            Arg("num_features", self.channels),
            Arg("eps", self.eps, 1e-5),
            Arg("affine", self.affine, False),
        )
        filled = ("nn.init.ones_({m}.weight)", "nn.init.zeros_({m}.bias)")
        return Call("nn.InstanceNorm2d", args, filled if self.affine else ())
