"""Average pooling after the stem."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AvgPool2d
from resspec.parts.families import Act, Conv, Norm, Pool


class Avg(Pool):
    """The mean over a window, which passes on less high frequency than the maximum (anti-aliased ResNets)."""

    kind: ClassVar[str] = "avg"

    kernel: Annotated[int, Field(ge=1)] = 2
    """Side of the window."""
    stride: Annotated[int, Field(ge=1)] = 2
    """Step of the window."""

    @property
    def reduction(self) -> int:
        """The stride."""
        return self.stride

    def lay(self, b: Builder, name: str, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """One op, without padding where the window is even."""
        return b.add(name, AvgPool2d(self.kernel, self.stride, (self.kernel - 1) // 2), x)
