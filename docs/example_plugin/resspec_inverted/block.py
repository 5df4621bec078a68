"""The inverted residual block."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts import Block, Names, Site, Unit


class Inverted(Block):
    """1x1 up, depthwise 3x3, 1x1 down, nothing behind the addition (MobileNetV2, arXiv:1801.04381)."""

    kind: ClassVar[str] = "inverted"

    expansion: Annotated[float, Field(gt=0)] = 6.0
    """Width of the depthwise convolution as a multiple of the input width."""
    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the depthwise kernel."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, act1, conv2, bn2, act2, conv3, bn3, downsample, add."""
        mid = max(1, round(x.channels * self.expansion))
        b.name_quantities(in_channels=x.channels, mid_channels=mid, out_channels=site.width, stride=site.stride)
        depthwise = Unit(mid, self.kernel, site.stride, site.entry_dilation, mid, site.norm, site.act)
        y = site.conv.lay(b, Names.numbered(1), x, Unit(mid, norm=site.norm, act=site.act))
        y = site.convolve(b, Names.numbered(2), y, depthwise)
        y = site.conv.lay(b, Names.numbered(3), site.gated(b, y, x), Unit(site.width, norm=site.norm))
        return site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
