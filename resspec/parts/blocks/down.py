"""The residual block of critics."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AvgPool2d
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import scaled


class DownBlock(Block):
    """Activation, 3x3 convolution, activation, 3x3 convolution, mean over the stride; the shortcut goes through a 1x1
    convolution where the shape changes, then the same mean (arXiv:1704.00028, arXiv:1802.05957)."""

    kind: ClassVar[str] = "down"
    preactivated: ClassVar[bool] = True

    ratio: Annotated[float, Field(gt=0)] | None = None
    """Width between the convolutions as a share of the output width; by default it is the input's width."""
    on_image: bool = False
    """Whether it reads the image itself: no activation first, the width between the convolutions is the output's, and
    the shortcut is lowered before its convolution."""

    activated: bool = False
    """Whether the shortcut too reads the activated map, as in torch_mimicry."""

    def inner(self, width: int) -> int:
        """The width between the convolutions."""
        return scaled(width, self.ratio or 1.0)

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """bn1, act1, conv1, bn2, act2, conv2, pool, conv_sc, pool_sc, add."""
        mid = self.inner(site.width) if self.ratio or self.on_image else x.channels
        b.name_quantities(in_channels=x.channels, out_channels=site.width, mid_channels=mid)
        given = x
        y = x if self.on_image else site.norm.lay(b, "bn1", x, site.act, "act1")
        x = y if self.activated else x
        y = site.conv.lay(b, Names.numbered(1), y, Unit(mid, 3))
        y = site.norm.lay(b, "bn2", y, site.act, "act2")
        y = site.gated(b, site.conv.lay(b, Names.numbered(2), y, Unit(site.width, 3)), given)
        y = self.lowered(b, "pool", y, site)
        if not site.shortcut.exists(x, site):
            return y
        skip = self.lowered(b, "pool_sc", x, site) if self.on_image else x
        if site.reshapes(x):
            skip = site.conv.lay(b, Names("conv_sc", "bn_sc"), skip, Unit(site.width))
        return site.join(b, y, skip if self.on_image else self.lowered(b, "pool_sc", skip, site))

    def lowered(self, b: Builder, name: str, x: Value, site: Site) -> Value:
        """The mean over the stride."""
        return b.add(name, AvgPool2d(site.stride, site.stride), x) if site.stride > 1 else x
