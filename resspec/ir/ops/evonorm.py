"""Normalisation and activation that were found as one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Window, Work, expect_channels

EVO_NORM = '''
class EvoNormS0(nn.Module):
    """gamma x sigmoid(v x) / std + beta, the deviation over groups of channels of one
    image; gamma x / std + beta where it is not gated."""

    def __init__(
        self,
        num_groups: int,
        num_features: int,
        eps: float = 1e-5,
        gated: bool = True,
    ) -> None:
        super().__init__()
        self.num_groups = num_groups
        self.eps = eps
        self.weight = nn.Parameter(torch.empty(num_features))
        self.bias = nn.Parameter(torch.empty(num_features))
        self.v = nn.Parameter(torch.empty(num_features)) if gated else None

    def forward(self, x: Tensor) -> Tensor:
        grouped = x.unflatten(1, (self.num_groups, -1))
        var = grouped.float().var((2, 3, 4), correction=0, keepdim=True)
        if self.v is not None:
            grouped = (x * torch.sigmoid(x * self.v.view(-1, 1, 1))).view_as(grouped)
        x = (grouped / (var + self.eps).sqrt().to(x.dtype)).flatten(1, 2)
        return x * self.weight.view(-1, 1, 1) + self.bias.view(-1, 1, 1)
'''


@final
@dataclass(frozen=True, slots=True)
class EvoNormS0(Op):
    """y = gamma x sigmoid(v x) / sqrt(var + eps) + beta, the variance over groups of channels of one image
    (arXiv:2004.02967); without the factor sigmoid(v x) where it is not `gated`."""

    kind: ClassVar[str] = "evonorm_s0"
    precision: ClassVar[str] = "promoted"
    cost_rule: ClassVar[str] = (
        "7 per element (1 mean, 3 variance, 1 normalise, 2 scale and shift), 6 more for the gate (2 scale, 4 sigmoid)"
    )

    groups: int
    channels: int
    eps: float = 1e-5
    gated: bool = True
    zero_init: bool = False

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays; groups must divide the channels."""
        expect_channels(self, self.channels, ins[0])
        if self.channels % self.groups:
            raise self.refuse("RS305", f"{self.groups} norm groups do not divide {self.channels} channels")
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """gamma, beta and, where it is gated, v."""
        names = ("weight", "bias", "v") if self.gated else ("weight", "bias")
        return tuple(Weight(name, (self.channels,)) for name in names)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Statistics are computed for each image."""
        return Work(extra=(13 if self.gated else 7) * math.prod(out))

    def window(self) -> Window:
        """Statistics reach over the whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input and a deviation per group; where it is gated the gate and the gated and the normalised map, which v
        promotes; else the normalised map, in the type of the input."""
        size = math.prod(out)
        extra, narrow = (3 * size, 0) if self.gated else (0, size)
        return Saved(inputs=(0,), extra=extra + self.groups, narrow=narrow, floated=True)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The gated map where it is gated, the normalised one and the scaled one, and a variance per group."""
        return (3 if self.gated else 2) * math.prod(out) + self.groups, 0

    def call(self) -> Call:
        """`EvoNormS0`, defined in the emitted file; v starts at 1, where the gated map is SiLU."""
        gamma = "zeros_" if self.zero_init else "ones_"
        fills = (f"nn.init.{gamma}({{m}}.weight)", "nn.init.zeros_({m}.bias)", "nn.init.ones_({m}.v)")
        args = (
            Arg("num_groups", self.groups),
            Arg("num_features", self.channels),
            Arg("eps", self.eps, 1e-5),
            Arg("gated", self.gated, True),
        )
        return Call("EvoNormS0", args, fills if self.gated else fills[:2], support=EVO_NORM)
