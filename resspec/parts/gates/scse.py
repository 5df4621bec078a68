"""Squeeze-and-excitation of channels and of places."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Conv2d, GlobalAvgPool, Scale, Sigmoid
from resspec.parts.base import part_field
from resspec.parts.families import Act, Gate


class ConcurrentSqueezeExcite(Gate):
    """x sigmoid(W2 relu(W1 mean(x))) + x sigmoid(w x): channels rescaled by what the whole map says, and places by what
    their channels say (arXiv:1808.08127)."""

    kind: ClassVar[str] = "scse"

    ratio: Annotated[float, Field(gt=0)] = 1 / 16
    """Hidden width as a share of the map's width, rounded down, at least 1."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("relu"))
    """The activation between the two layers."""

    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """Squeeze, two 1x1 convolutions with bias, a factor per channel; one 1x1 convolution with bias, a factor per
        place; their sum."""
        hidden = max(1, int(x.channels * self.ratio))
        with b.scope("se", "ConcurrentSqueezeExcite", self.kind, self.about()):
            b.name_quantities(channels=x.channels, hidden=hidden)
            s = b.add("pool", GlobalAvgPool(), x)
            s = self.act.lay(b, "act", b.add("fc1", Conv2d(x.channels, hidden, bias=True), s))
            s = b.add("fc2", Conv2d(hidden, x.channels, bias=True), s)
            channels = b.add("scale", Scale(), x, b.add("gate", Sigmoid(), s))
            s = b.add("spatial", Conv2d(x.channels, 1, bias=True), x)
            places = b.add("spatial_scale", Scale(), x, b.add("spatial_gate", Sigmoid(), s))
            return b.add("add", Add(), channels, places)
