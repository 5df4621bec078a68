"""Batch normalisation that does not count its batches."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import UncountedBatchNorm2d
from resspec.parts.families import Act, Norm


class UncountedNorm(Norm):
    """Normalisation over the batch (arXiv:1502.03167) without a number of batches among its tensors, as in the code of
    BigGAN's authors."""

    kind: ClassVar[str] = "uncounted"

    eps: Annotated[float, Field(gt=0)] = 1e-5
    """Added to the variance."""
    momentum: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of the new batch in the running statistics."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """Norm, then activation."""
        y = b.add(name, UncountedBatchNorm2d(x.channels, self.eps, self.momentum), x)
        return act.lay(b, act_name, y) if act else y
