"""The split-attention convolution."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d, GlobalAvgPool, Scale, Sigmoid, SplitSoftmax, SumSplits
from resspec.parts.base import part_field
from resspec.parts.families import Act, Conv, Names, Unit
from resspec.parts.widths import divisible


class SplitAttention(Conv):
    """Several convolutions of one input, weighed against each other channel by channel by what their sum says (ResNeSt,
    arXiv:2004.08955). It replaces the block's spatial convolution; the others stay plain."""

    kind: ClassVar[str] = "split-attention"

    radix: Annotated[int, Field(ge=1)] = 2
    """Number of convolutions, the splits; one alone is gated by a sigmoid."""
    ratio: Annotated[float, Field(gt=0)] = 0.25
    """Hidden width of the attention as a share of the input width times the radix."""
    divisor: Annotated[int, Field(ge=1)] = 8
    """The hidden width is rounded to a multiple of this."""
    least: Annotated[int, Field(ge=1)] = 32
    """The smallest hidden width."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("relu"))
    """The activation of the hidden layer."""
    base: Annotated[Conv, part_field(Conv)] = Field(default_factory=lambda: Conv.read("plain"))
    """How the convolutions themselves are made."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """conv, bn0, act0 for all splits in one; fc1, bn1, act1, fc2 on their sum; the weighted sum."""
        if not unit.spatial:
            return self.base.lay(b, names, x, unit)
        with b.scope(names.conv, "SplitAttention", self.kind, self.about()):
            splits = replace(unit, width=unit.width * self.radix, groups=unit.groups * self.radix)
            y = self.base.lay(b, Names("conv", "bn0", "act0"), x, splits)
            y = b.add("scale", Scale(), y, self.attention(b, x, y, unit))
            return b.add("sum", SumSplits(self.radix), y) if self.radix > 1 else y

    def attention(self, b: Builder, x: Value, y: Value, unit: Unit) -> Value:
        """A factor for each channel of each split."""
        hidden = max(self.least, divisible(x.channels * self.radix * self.ratio, self.divisor))
        b.name_quantities(in_channels=x.channels, out_channels=unit.width, split_channels=y.channels, hidden=hidden)
        s = b.add("total", SumSplits(self.radix), y) if self.radix > 1 else y
        s = b.add("fc1", Conv2d(unit.width, hidden, groups=unit.groups, bias=True), b.add("pool", GlobalAvgPool(), s))
        s = unit.norm.lay(b, "bn1", s, self.act, "act1") if unit.norm else self.act.lay(b, "act1", s)
        s = b.add("fc2", Conv2d(hidden, y.channels, groups=unit.groups, bias=True), s)
        return b.add("weigh", SplitSoftmax(self.radix, unit.groups) if self.radix > 1 else Sigmoid(), s)
