"""The batch norm that does not learn."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import FrozenBatchNorm2d
from resspec.parts.families import Act, Norm


class FrozenBatchNorm(Norm):
    """A batch norm whose statistics, scale and shift are buffers: what detectors make of the norms of a trained
    body."""

    kind: ClassVar[str] = "frozen-batch"

    eps: Annotated[float, Field(ge=0)] = 1e-5
    """Added to the variance."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """Norm, then activation."""
        y = b.add(name, FrozenBatchNorm2d(x.channels, self.eps), x)
        return act.lay(b, act_name, y) if act else y
