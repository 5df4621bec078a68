"""The residual block of generators."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Upsample
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import scaled


class UpBlock(Block):
    """Norm, activation, enlargement, 3x3 convolution, norm, activation, 3x3 convolution; the shortcut is enlarged and
    goes through a 1x1 convolution where the shape changes (arXiv:1704.00028, arXiv:1802.05957). Its stride enlarges."""

    kind: ClassVar[str] = "up"
    preactivated: ClassVar[bool] = True

    mode: Literal["nearest", "bilinear"] = "nearest"
    """How the map is enlarged."""
    ratio: Annotated[float, Field(gt=0)] = 1.0
    """Width between the convolutions as a share of the output width."""

    def inner(self, width: int) -> int:
        """The width between the convolutions."""
        return scaled(width, self.ratio)

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """bn1, act1, up, conv1, bn2, act2, conv2, up_sc, conv_sc, add."""
        mid = self.inner(site.width)
        b.name_quantities(in_channels=x.channels, out_channels=site.width, mid_channels=mid)
        y = self.enlarged(b, "up", site.norm.lay(b, "bn1", x, site.act, "act1"), site)
        y = site.conv.lay(b, Names.numbered(1), y, Unit(mid, 3))
        y = site.norm.lay(b, "bn2", y, site.act, "act2")
        y = site.gated(b, site.conv.lay(b, Names.numbered(2), y, Unit(site.width, 3)), x)
        if not site.shortcut.exists(x, site):
            return y
        skip = self.enlarged(b, "up_sc", x, site)
        if site.reshapes(x):
            skip = site.conv.lay(b, Names("conv_sc", "bn_sc"), skip, Unit(site.width))
        return site.join(b, y, skip)

    def enlarged(self, b: Builder, name: str, x: Value, site: Site) -> Value:
        """The map larger by the stride."""
        return b.add(name, Upsample(self.mode, factor=site.stride), x) if site.stride > 1 else x
