"""Squeeze-and-excitation."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d, GlobalAvgPool, ReLU, Scale, Sigmoid
from resspec.parts.families import Gate
from resspec.parts.widths import divisible


class SqueezeExcite(Gate):
    """x sigmoid(W2 relu(W1 mean(x))): channels rescaled by what the whole map says (arXiv:1709.01507)."""

    kind: ClassVar[str] = "se"

    ratio: Annotated[float, Field(gt=0)] = 1 / 16
    """Hidden width as a share of the gated width."""
    divisor: Annotated[int, Field(ge=1)] = 8
    """The hidden width is rounded to a multiple of this."""

    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """Squeeze, two 1x1 convolutions with bias, a factor per channel."""
        hidden = divisible(x.channels * self.ratio, self.divisor, keep=0)
        with b.scope("se", "SqueezeExcite", self.kind, self.about()):
            b.name_quantities(channels=x.channels, hidden=hidden)
            s = b.add("pool", GlobalAvgPool(), x)
            s = b.add("fc1", Conv2d(x.channels, hidden, bias=True), s)
            s = b.add("act", ReLU(), s)
            s = b.add("fc2", Conv2d(hidden, x.channels, bias=True), s)
            s = b.add("gate", Sigmoid(), s)
            return b.add("scale", Scale(), x, s)
