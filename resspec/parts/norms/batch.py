"""Batch normalisation."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import BatchNorm2d
from resspec.parts.families import Act, Norm


class BatchNorm(Norm):
    """Normalisation over the batch, running statistics in eval mode (arXiv:1502.03167)."""

    kind: ClassVar[str] = "batch"

    eps: Annotated[float, Field(gt=0)] = 1e-5
    """Added to the variance."""
    momentum: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of the new batch in the running statistics."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """Norm, then activation."""
        y = b.add(name, BatchNorm2d(x.channels, self.eps, self.momentum, zero_init), x)
        return act.lay(b, act_name, y) if act else y
