"""A residual block of an outside package: half of the middle's channels are cheap (GhostNet, arXiv:1911.11907)."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat, Conv2d
from resspec.parts import Block, Names, Site, Unit


class Ghost(Block):
    """A convolution gives half of the middle, a depthwise one the other half; a 1x1 convolution ends the block."""

    kind: ClassVar[str] = "ghost"

    ratio: Annotated[float, Field(gt=0)] = 0.5
    """Middle width as a share of the output width."""
    twice: bool = False
    """Add the middle to itself, which changes nothing but its scale."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, ghost, cat, conv2, downsample, add, act."""
        half = max(1, round(site.width * self.ratio / 2))
        b.name_quantities(in_channels=x.channels, half_channels=half, out_channels=site.width, stride=site.stride)
        y = site.convolve(b, Names.numbered(1), x, Unit(half, 3, site.stride, norm=site.norm, act=site.act))
        cheap = b.add("ghost", Conv2d(half, half, 3, padding=1, groups=half), y)
        y = b.add("cat", Concat(2), y, cheap)
        if self.twice:
            y = b.add("double", Add(), y, y)
        y = site.conv.lay(b, Names.numbered(2), y, Unit(site.width, norm=site.norm))
        y = site.join(b, site.gated(b, y, x), site.shortcut.lay(b, x, x, site, site.norm))
        return site.act.lay(b, "act2", y)
