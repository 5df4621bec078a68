"""The depthwise-separable block."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit


class Separable(Block):
    """A depthwise convolution, then a 1x1 convolution, each with norm, gate and activation (MobileNet,
    arXiv:1704.04861); with multi-branch convolutions the block of MobileOne (arXiv:2206.04040)."""

    kind: ClassVar[str] = "separable"

    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the depthwise kernel."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, act1, conv2, bn2, downsample, add, act2; each gate in the scope of its number."""
        b.name_quantities(in_channels=x.channels, out_channels=site.width, stride=site.stride)
        depthwise = Unit(x.channels, self.kernel, site.stride, site.entry_dilation, x.channels, site.norm)
        y = site.convolve(b, Names.numbered(1), x, depthwise)
        with b.scope("gate1"):
            y = site.gated(b, y, x)
        y = site.act.lay(b, "act1", y)
        y = site.conv.lay(b, Names.numbered(2), y, Unit(site.width, norm=site.norm))
        with b.scope("gate2"):
            y = site.gated(b, y, x)
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return site.act.lay(b, "act2", y)
