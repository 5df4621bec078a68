"""The basic block with its activations first."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import scaled


class ActFirst(Block):
    """Activation, 3x3 convolution and norm, twice, nothing after the addition: the ReLU-Conv-BN pairs of NAS-Bench-201
    and TransNAS-Bench-101 (arXiv:2001.00326, arXiv:2105.11871). The path round it is taken of the bare input."""

    kind: ClassVar[str] = "act-first"

    ratio: Annotated[float, Field(gt=0)] = 1.0
    """Middle width as a share of the output width."""
    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def inner(self, width: int) -> int:
        """The width between the convolutions."""
        return scaled(width, self.ratio)

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """act1, conv1, bn1, act2, conv2, bn2, downsample, add."""
        mid = self.inner(site.width)
        zero_init = self.zero_init and site.shortcut.exists(x, site)
        b.name_quantities(in_channels=x.channels, out_channels=site.width, mid_channels=mid, stride=site.stride)
        y = site.act.lay(b, "act1", x)
        y = site.convolve(b, Names.numbered(1), y, Unit(mid, 3, site.stride, site.entry_dilation, norm=site.norm))
        y = site.act.lay(b, "act2", y)
        last = Unit(site.width, 3, 1, site.dilation, norm=site.norm, zero_init=zero_init)
        y = site.gated(b, site.conv.lay(b, Names.numbered(2), y, last), x)
        return site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
