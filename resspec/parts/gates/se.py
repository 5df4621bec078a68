"""Squeeze-and-excitation."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d, Flatten, GlobalAvgPool, Linear, Scale, Sigmoid, Unflatten
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
    bias: bool = True
    """Whether the two layers have biases."""
    linear: bool = False
    """Whether they are linear layers on a vector rather than 1x1 convolutions, which compute the same."""

    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """Squeeze, two 1x1 convolutions with bias, a factor per channel."""
        width = x.channels if self.of == "gated" else block_input
        share = width * self.ratio
        hidden = max(self.least, divisible(share, self.divisor, keep=0) if self.divisor > 1 else round(share))
        with b.scope("se", "SqueezeExcite", self.kind, self.about()):
            b.name_quantities(channels=x.channels, hidden=hidden)
            s = b.add("pool", GlobalAvgPool(), x)
            s = b.add("vector", Flatten(), s) if self.linear else s
            s = self.act.lay(b, "act", self.layer(b, "fc1", s, hidden))
            s = b.add("gate", Sigmoid(), self.layer(b, "fc2", s, x.channels))
            return b.add("scale", Scale(), x, b.add("factors", Unflatten(1), s) if self.linear else s)

    def layer(self, b: Builder, name: str, s: Value, width: int) -> Value:
        """One of the two layers."""
        if self.linear:
            return b.add(name, Linear(s.channels, width, self.bias), s)
        return b.add(name, Conv2d(s.channels, width, bias=self.bias), s)
