"""Global context."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d, GroupNorm, Scale, Shift, Sigmoid, SpatialSoftmax, SpatialSum
from resspec.parts.base import part_field
from resspec.parts.families import Act, Gate
from resspec.parts.widths import divisible


class GlobalContext(Gate):
    """x + t(c), t(c) = W2 relu(norm(W1 c)), where the context c is the sum of the map's places by learned shares
    (arXiv:1904.11492); or x sigmoid(t(c))."""

    kind: ClassVar[str] = "gc"

    ratio: Annotated[float, Field(gt=0)] = 1 / 8
    """Hidden width as a share of the map's width."""
    divisor: Annotated[int, Field(ge=1)] = 1
    """The hidden width is rounded to a multiple of this."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("relu"))
    """The activation between the two layers."""
    fuse: Literal["add", "scale"] = "add"
    """Whether the context is added to the map, or scales it."""

    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """Shares, context, two 1x1 convolutions with a layer norm between them, a term or factor per channel."""
        hidden = divisible(x.channels * self.ratio, self.divisor, keep=0)
        with b.scope("se", "GlobalContext", self.kind, self.about()):
            b.name_quantities(channels=x.channels, hidden=hidden)
            shares = b.add("softmax", SpatialSoftmax(), b.add("conv_attn", Conv2d(x.channels, 1, bias=True), x))
            s = b.add("context", SpatialSum(), x, shares)
            with b.scope(f"mlp_{self.fuse}", "ContextTransform"):
                s = b.add("fc1", Conv2d(x.channels, hidden, bias=True), s)
                s = self.act.lay(b, "act", b.add("norm", GroupNorm(1, hidden, 1e-6), s))
                s = b.add("fc2", Conv2d(hidden, x.channels, bias=True), s)
            if self.fuse == "add":
                return b.add("add", Shift(), x, s)
            return b.add("scale", Scale(), x, b.add("gate", Sigmoid(), s))
