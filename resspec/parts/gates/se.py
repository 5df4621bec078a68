"""Squeeze-and-excitation."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d, GlobalAvgPool, Scale, Sigmoid
from resspec.parts.base import part_field
from resspec.parts.families import Act, Gate
from resspec.parts.widths import divisible


class SqueezeExcite(Gate):
    """x sigmoid(W2 relu(W1 mean(x))): channels rescaled by what the whole map says (arXiv:1709.01507)."""

    kind: ClassVar[str] = "se"

    ratio: Annotated[float, Field(gt=0)] = 1 / 16
    """Hidden width as a share of a width."""
    of: Literal["gated", "input"] = "gated"
    """The width it is a share of: the gated map's, or the block's input (RegNet)."""
    divisor: Annotated[int, Field(ge=1)] = 8
    """The hidden width is rounded to a multiple of this; to the nearest whole number, halves to even, where it is 1."""
    least: Annotated[int, Field(ge=1)] = 1
    """The smallest hidden width."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("relu"))
    """The activation between the two layers."""

    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """Squeeze, two 1x1 convolutions with bias, a factor per channel."""
        width = x.channels if self.of == "gated" else block_input
        share = width * self.ratio
        hidden = max(self.least, divisible(share, self.divisor, keep=0) if self.divisor > 1 else round(share))
        with b.scope("se", "SqueezeExcite", self.kind, self.about()):
            b.name_quantities(channels=x.channels, hidden=hidden)
            s = b.add("pool", GlobalAvgPool(), x)
            s = self.act.lay(b, "act", b.add("fc1", Conv2d(x.channels, hidden, bias=True), s))
            s = b.add("fc2", Conv2d(hidden, x.channels, bias=True), s)
            return b.add("scale", Scale(), x, b.add("gate", Sigmoid(), s))
