"""The bottleneck block."""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.base import part_field
from resspec.parts.families import Act, Block, Names, Site, Unit
from resspec.parts.widths import Middle
from resspec.record import Listed


class Bottleneck(Middle, Block):
    """1x1 down, 3x3, 1x1 up, activation after the addition (arXiv:1512.03385, figure 5 right)."""

    kind: ClassVar[str] = "bottleneck"

    stride_on: Literal["3x3", "1x1"] = "3x3"
    """The convolution that carries the stride: the 3x3, or the first 1x1 as in the nets of 2015."""
    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""
    reduce_first: Annotated[int, Field(ge=1)] = 1
    """The first 1x1 is narrower than the 3x3 by this factor (SENet-154, arXiv:1709.01507)."""
    widths: Annotated[tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]], Listed] | None = None
    """Output channels of the first 1x1 and of the 3x3 in place of all ratios: blocks that were pruned."""
    extra_conv: bool = False
    """A second 3x3 convolution behind the first."""
    out_act: Annotated[Act, part_field(Act)] | None = None
    """The activation after the addition; by default the one inside the block (TResNet, arXiv:2003.13630)."""
    linear_out: bool = False
    """No activation after the addition (RegNetZ, arXiv:2103.06877)."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, act1, conv2, bn2, act2, conv3, bn3, downsample, add, act3."""
        outer = self.outer(x.channels, site.width)
        mid, groups = self.inner(outer), self.cardinality(outer)
        first, mid = self.widths or (max(1, mid // self.reduce_first), mid)
        zero_init = self.zero_init and site.shortcut.exists(x, site)
        b.name_quantities(
            in_channels=x.channels, mid_channels=mid, out_channels=site.width, stride=site.stride, groups=groups
        )
        early, late = (1, site.stride) if self.stride_on == "3x3" else (site.stride, 1)
        middle = Unit(mid, 3, late, site.entry_dilation, groups, site.norm, site.act)
        y = site.conv.lay(b, Names.numbered(1), x, Unit(first, 1, early, norm=site.norm, act=site.act))
        y = site.convolve(b, Names.numbered(2), y, middle)
        if self.extra_conv:
            y = site.conv.lay(b, Names("conv2b", "bn2b", "act2b"), y, replace(middle, stride=1, dilation=site.dilation))
        y = site.gated(b, y, x) if self.gate_at == "middle" else y
        y = site.conv.lay(b, Names.numbered(3), y, Unit(site.width, norm=site.norm, zero_init=zero_init))
        y = site.gated(b, y, x) if self.gate_at == "end" else y
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return y if self.linear_out else (self.out_act or site.act).lay(b, "act3", y)
