"""Batch normalisation under a condition."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import BareBatchNorm2d, Fill, Modulate
from resspec.parts.conditioning import projected
from resspec.parts.families import Act, Norm


class ConditionalNorm(Norm):
    """Normalisation over the batch, then a scale and a shift for each channel made of what the net is told: those of a
    class, from a table, or a linear map of a vector (arXiv:1707.00683, arXiv:1610.07629)."""

    kind: ClassVar[str] = "conditional"

    eps: Annotated[float, Field(gt=0)] = 1e-5
    """Added to the variance."""
    momentum: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of the new batch in the running statistics."""
    start: Literal[0, 1] = 1
    """What is added to the scales, so that they may be learned around 0."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """In a scope: bn, embed, told; then activation."""
        with b.scope(name, "ConditionalNorm", self.kind, self.about()):
            b.name_quantities(channels=x.channels)
            y = b.add("bn", BareBatchNorm2d(x.channels, self.eps, self.momentum), x)
            scales: Fill = "scales" if self.start == 0 else "small"
            y = b.add("told", Modulate(self.start), y, projected(b, "embed", 2 * x.channels, fill=scales))
        return act.lay(b, act_name, y) if act else y
