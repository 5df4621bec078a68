"""The pre-activation basic block."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Dropout
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import scaled


class PreactBasicBlock(Block):
    """Norm and activation before each of two 3x3 convolutions, nothing after the addition (arXiv:1603.05027); with wide
    stages and dropout between the convolutions, the block of Wide ResNets (arXiv:1605.07146)."""

    kind: ClassVar[str] = "preact-basic"
    preactivated: ClassVar[bool] = True

    ratio: Annotated[float, Field(gt=0)] = 1.0
    """Middle width as a share of the output width."""
    groups: Annotated[int, Field(ge=1)] = 1
    """Groups of both convolutions."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping an element between the convolutions in training."""
    on_image: bool = False
    """Whether it reads the image itself: no norm and no activation first."""

    def inner(self, width: int) -> int:
        """The width between the convolutions."""
        return scaled(width, self.ratio)

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """bn1, act1, conv1, bn2, act2, conv2, downsample, add."""
        mid = self.inner(site.width)
        b.name_quantities(
            in_channels=x.channels, out_channels=site.width, mid_channels=mid, stride=site.stride, groups=self.groups
        )
        a = x if self.on_image else site.norm.lay(b, "bn1", x, site.act, "act1")
        y = site.convolve(b, Names.numbered(1), a, Unit(mid, 3, site.stride, site.entry_dilation, self.groups))
        y = site.norm.lay(b, "bn2", y, site.act, "act2")
        if self.dropout > 0:
            y = b.add("drop", Dropout(self.dropout), y)
        y = site.conv.lay(b, Names.numbered(2), y, Unit(site.width, 3, 1, site.dilation, self.groups))
        return site.join(b, site.gated(b, y, x), site.shortcut.lay(b, x, a, site, None))
