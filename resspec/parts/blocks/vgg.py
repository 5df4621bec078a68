"""The block of one convolution."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit


class VGGBlock(Block):
    """One convolution, norm, gate and activation (arXiv:1409.1556); without a shortcut and with multi-branch
    convolutions the block of RepVGG (arXiv:2101.03697)."""

    kind: ClassVar[str] = "vgg"

    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the kernel."""
    groups: Annotated[int, Field(ge=1)] = 1
    """Groups of the convolution."""
    zero_init: bool = False
    """Start the norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, downsample, add, act1."""
        b.name_quantities(in_channels=x.channels, out_channels=site.width, stride=site.stride, groups=self.groups)
        unit = Unit(site.width, self.kernel, site.stride, site.entry_dilation, self.groups, site.norm)
        unit = replace(unit, zero_init=self.zero_init and site.shortcut.exists(x, site))
        y = site.gated(b, site.convolve(b, Names.numbered(1), x, unit), x)
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return site.act.lay(b, "act1", y)
