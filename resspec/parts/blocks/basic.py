"""The basic block."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Dropout, Times
from resspec.parts.base import part_field
from resspec.parts.families import Act, Block, Names, Site, Unit
from resspec.parts.widths import scaled


class BasicBlock(Block):
    """Two 3x3 convolutions, activation after the addition (arXiv:1512.03385, figure 5 left)."""

    kind: ClassVar[str] = "basic"

    ratio: Annotated[float, Field(gt=0)] = 1.0
    """Middle width as a share of the output width."""
    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of both kernels."""
    groups: Annotated[int, Field(ge=1)] = 1
    """Groups of both convolutions."""
    reduce_first: Annotated[int, Field(ge=1)] = 1
    """The first convolution is narrower than the ratio says by this factor."""
    act_before_gate: bool = False
    """An activation between the last norm and the gate (the SE-ResNet-18 and -34 of Cadene's collection)."""
    out_act: Annotated[Act, part_field(Act)] | None = None
    """The activation after the addition; by default the one inside the block (TResNet, arXiv:2003.13630)."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping an element between the convolutions in training."""
    res_scale: Annotated[float, Field(gt=0)] = 1.0
    """A constant that the branch is multiplied by before the addition (arXiv:1602.07261)."""
    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def inner(self, width: int) -> int:
        """The width between the convolutions."""
        return max(1, scaled(width, self.ratio) // self.reduce_first)

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, act1, conv2, bn2, downsample, add, act2."""
        mid = self.inner(site.width)
        zero_init = self.zero_init and site.shortcut.exists(x, site)
        b.name_quantities(
            in_channels=x.channels, out_channels=site.width, mid_channels=mid, stride=site.stride, groups=self.groups
        )
        first = Unit(mid, self.kernel, site.stride, site.entry_dilation, self.groups, site.norm, site.act)
        last = Unit(site.width, self.kernel, 1, site.dilation, self.groups, site.norm, zero_init=zero_init)
        last = replace(last, act=site.act) if self.act_before_gate else last
        y = site.convolve(b, Names.numbered(1), x, first)
        if self.dropout > 0:
            y = b.add("drop", Dropout(self.dropout), y)
        y = site.gated(b, site.conv.lay(b, Names.numbered(2), y, last), x)
        if self.res_scale != 1:
            y = b.add("scale", Times(self.res_scale), y)
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return (self.out_act or site.act).lay(b, "act3" if self.act_before_gate else "act2", y)
