"""The selective-kernel convolution."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat, Conv2d, GlobalAvgPool, Scale, Split, SplitSoftmax, SumSplits
from resspec.parts.base import part_field
from resspec.parts.families import Act, Conv, Names, Unit
from resspec.parts.widths import divisible


class SelectiveKernel(Conv):
    """3x3 convolutions of growing dilation, weighed against each other channel by channel by what their sum says
    (arXiv:1903.06586). It replaces the block's spatial convolution; the others stay plain."""

    kind: ClassVar[str] = "selective-kernel"

    paths: Annotated[int, Field(ge=2)] = 2
    """Number of convolutions; the n-th has n times the dilation."""
    split: bool = False
    """Whether each path reads a part of the input channels of its own (timm), or all of them."""
    ratio: Annotated[float, Field(gt=0)] = 1 / 16
    """Hidden width of the attention as a share of the output width."""
    divisor: Annotated[int, Field(ge=1)] = 8
    """The hidden width is rounded to a multiple of this."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("relu"))
    """The activation of the hidden layer."""
    base: Annotated[Conv, part_field(Conv)] = Field(default_factory=lambda: Conv.read("plain"))
    """How the convolutions themselves are made."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """paths.0 (conv, bn, act), paths.1, …; attn (fc_reduce, bn, act, fc_select) on their sum; the weighted sum."""
        if not unit.spatial:
            return self.base.lay(b, names, x, unit)
        with b.scope(names.conv, "SelectiveKernel", self.kind, self.about()):
            b.name_quantities(**self.quantities(x, unit))
            with b.scope("paths", "Paths", self.kind, "Convolutions of one input."):
                b.name_quantities(**self.quantities(x, unit))
                ends = [self.path(b, x, unit, place) for place in range(self.paths)]
            y = b.add("concat", Concat(self.paths), *ends)
            y = b.add("scale", Scale(), y, self.attention(b, y, unit))
            return b.add("sum", SumSplits(self.paths), y)

    def hidden(self, unit: Unit) -> int:
        """The hidden width of the attention."""
        return divisible(unit.width * self.ratio, self.divisor)

    def quantities(self, x: Value, unit: Unit) -> dict[str, int]:
        """What the numbers of the convolution are called."""
        return {
            "in_channels": x.channels // self.paths if self.split else x.channels,
            "out_channels": unit.width,
            "joined_channels": unit.width * self.paths,
            "hidden": self.hidden(unit),
            "stride": unit.stride,
            "groups": unit.groups,
        }

    def path(self, b: Builder, x: Value, unit: Unit, place: int) -> Value:
        """One convolution of all the input or of its share."""
        with b.scope(str(place), "Path", self.kind, "A convolution of the input or of its share."):
            if self.split:
                x = b.add("share", Split(self.paths, place), x)
            dilated = replace(unit, dilation=unit.dilation * (place + 1), groups=min(unit.groups, unit.width))
            b.name_quantities(
                in_channels=x.channels, out_channels=unit.width, stride=unit.stride, dilation=dilated.dilation
            )
            return self.base.lay(b, Names("conv", "bn"), x, dilated)

    def attention(self, b: Builder, y: Value, unit: Unit) -> Value:
        """A factor for each channel of each path."""
        hidden = self.hidden(unit)
        with b.scope("attn", "PathAttention", self.kind, "A factor for each channel of each path."):
            b.name_quantities(out_channels=unit.width, hidden=hidden, joined_channels=y.channels)
            s = b.add("pool", GlobalAvgPool(), b.add("total", SumSplits(self.paths), y))
            s = b.add("fc_reduce", Conv2d(unit.width, hidden, bias=unit.norm is None), s)
            s = unit.norm.lay(b, "bn", s, self.act, "act") if unit.norm else self.act.lay(b, "act", s)
            s = b.add("fc_select", Conv2d(hidden, y.channels), s)
            return b.add("weigh", SplitSoftmax(self.paths), s)
