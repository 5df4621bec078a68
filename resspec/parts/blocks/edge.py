"""The block of a 3x3 and a 1x1 convolution."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import Middle


class EdgeBlock(Middle, Block):
    """3x3 to the middle width, 1x1 to the output, activation after the addition: the fused inverted bottleneck of
    EfficientNet-EdgeTPU (arXiv:2003.02838) where it widens."""

    kind: ClassVar[str] = "edge"

    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, act1, conv_pwl, bn_pwl, downsample, add, act2."""
        outer = self.outer(x.channels, site.width)
        mid, groups = self.inner(outer), self.cardinality(outer)
        zero_init = self.zero_init and site.shortcut.exists(x, site)
        b.name_quantities(
            in_channels=x.channels, mid_channels=mid, out_channels=site.width, stride=site.stride, groups=groups
        )
        first = Unit(mid, 3, site.stride, site.entry_dilation, groups, site.norm, site.act)
        y = site.convolve(b, Names.numbered(1), x, first)
        y = site.gated(b, y, x) if self.gate_at == "middle" else y
        last = Unit(site.width, norm=site.norm, zero_init=zero_init)
        y = site.conv.lay(b, Names("conv_pwl", "bn_pwl"), y, last)
        y = site.gated(b, y, x) if self.gate_at == "end" else y
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return site.act.lay(b, "act2", y)
