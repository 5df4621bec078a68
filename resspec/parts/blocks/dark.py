"""The block of a 1x1 and a 3x3 convolution."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import Middle


class DarkBlock(Middle, Block):
    """1x1 to the middle width, 3x3 to the output, activation after the addition: the block of Darknet-53
    (arXiv:1804.02767), with its stride on the 3x3."""

    kind: ClassVar[str] = "dark"

    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv_pw, bn_pw, act1, conv2, bn2, downsample, add, act2."""
        outer = self.outer(x.channels, site.width)
        mid, groups = self.inner(outer), self.cardinality(outer)
        zero_init = self.zero_init and site.shortcut.exists(x, site)
        b.name_quantities(
            in_channels=x.channels, mid_channels=mid, out_channels=site.width, stride=site.stride, groups=groups
        )
        y = site.conv.lay(b, Names("conv_pw", "bn_pw", "act1"), x, Unit(mid, norm=site.norm, act=site.act))
        y = site.gated(b, y, x) if self.gate_at == "middle" else y
        last = Unit(site.width, 3, site.stride, site.entry_dilation, groups, site.norm, zero_init=zero_init)
        y = site.convolve(b, Names.numbered(2), y, last)
        y = site.gated(b, y, x) if self.gate_at == "end" else y
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return site.act.lay(b, "act2", y)
