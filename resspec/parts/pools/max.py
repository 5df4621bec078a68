"""Max pooling after the stem."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import MaxPool2d
from resspec.parts.families import Pool


class Max(Pool):
    """The maximum over a window."""

    kind: ClassVar[str] = "max"

    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the window."""
    stride: Annotated[int, Field(ge=1)] = 2
    """Step of the window."""

    @property
    def reduction(self) -> int:
        """The stride."""
        return self.stride

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """One op, padded by half the window."""
        return b.add("max" + name, MaxPool2d(self.kernel, self.stride, self.kernel // 2), x)
