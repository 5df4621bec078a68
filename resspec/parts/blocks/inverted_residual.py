"""The inverted residual block."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import scaled


class InvertedResidual(Block):
    """1x1 up, depthwise convolution, 1x1 down without an activation (MobileNetV2, arXiv:1801.04381). The paper's nets
    have `shortcut: {kind: identity, on_change: none}`."""

    kind: ClassVar[str] = "inverted-residual"

    ratio: Annotated[float, Field(gt=0)] = 6.0
    """Middle width as a multiple of the input width; at 1 the block has no first 1x1."""
    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the depthwise kernel."""
    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv_pw, bn1, act1, conv_dw, bn2, act2, gate, conv_pwl, bn3, downsample, add."""
        mid = scaled(x.channels, self.ratio)
        zero_init = self.zero_init and site.shortcut.exists(x, site)
        b.name_quantities(
            in_channels=x.channels, mid_channels=mid, out_channels=site.width, stride=site.stride, kernel=self.kernel
        )
        y = x
        if self.ratio != 1:
            y = site.conv.lay(b, Names("conv_pw", "bn1", "act1"), y, Unit(mid, norm=site.norm, act=site.act))
        depthwise = Unit(mid, self.kernel, site.stride, site.entry_dilation, mid, site.norm, site.act)
        y = site.gated(b, site.convolve(b, Names("conv_dw", "bn2", "act2"), y, depthwise), x)
        y = site.conv.lay(b, Names("conv_pwl", "bn3"), y, Unit(site.width, norm=site.norm, zero_init=zero_init))
        return site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
