"""The bottleneck block."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import Middle


class Bottleneck(Middle, Block):
    """1x1 down, 3x3, 1x1 up, activation after the addition (arXiv:1512.03385, figure 5 right)."""

    kind: ClassVar[str] = "bottleneck"

    stride_on: Literal["3x3", "1x1"] = "3x3"
    """The convolution that carries the stride: the 3x3, or the first 1x1 as in the nets of 2015."""
    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, act1, conv2, bn2, act2, conv3, bn3, downsample, add, act3."""
        mid, groups = self.inner(site.width), self.cardinality(site.width)
        b.name_quantities(
            in_channels=x.channels, mid_channels=mid, out_channels=site.width, stride=site.stride, groups=groups
        )
        early, late = (1, site.stride) if self.stride_on == "3x3" else (site.stride, 1)
        middle = Unit(mid, 3, late, site.entry_dilation, groups, site.norm, site.act)
        y = site.conv.lay(b, Names.numbered(1), x, Unit(mid, 1, early, norm=site.norm, act=site.act))
        y = site.convolve(b, Names.numbered(2), y, middle)
        y = site.gated(b, y, x) if self.gate_at == "middle" else y
        y = site.conv.lay(b, Names.numbered(3), y, Unit(site.width, norm=site.norm, zero_init=self.zero_init))
        y = site.gated(b, y, x) if self.gate_at == "end" else y
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return site.act.lay(b, "act3", y)
