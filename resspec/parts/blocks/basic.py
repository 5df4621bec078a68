"""The basic block."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import scaled


class BasicBlock(Block):
    """Two 3x3 convolutions, activation after the addition (arXiv:1512.03385, figure 5 left)."""

    kind: ClassVar[str] = "basic"

    ratio: Annotated[float, Field(gt=0)] = 1.0
    """Middle width as a share of the output width."""
    groups: Annotated[int, Field(ge=1)] = 1
    """Groups of both convolutions."""
    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def inner(self, width: int) -> int:
        """The width between the convolutions."""
        return scaled(width, self.ratio)

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, act1, conv2, bn2, downsample, add, act2."""
        mid = self.inner(site.width)
        b.name_quantities(
            in_channels=x.channels, out_channels=site.width, mid_channels=mid, stride=site.stride, groups=self.groups
        )
        first = Unit(mid, 3, site.stride, site.entry_dilation, self.groups, site.norm, site.act)
        last = Unit(site.width, 3, 1, site.dilation, self.groups, site.norm, zero_init=self.zero_init)
        y = site.convolve(b, Names.numbered(1), x, first)
        y = site.gated(b, site.conv.lay(b, Names.numbered(2), y, last), x)
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return site.act.lay(b, "act2", y)
