"""Max pooling after the stem."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import MaxPool2d, PadMap
from resspec.parts.families import Act, Conv, Norm, Pool


class Max(Pool):
    """The maximum over a window."""

    kind: ClassVar[str] = "max"

    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the window."""
    stride: Annotated[int, Field(ge=1)] = 2
    """Step of the window."""
    padding: Annotated[int, Field(ge=0)] | None = None
    """Padding of the map; by default half the window."""
    ceil: bool = False
    """Whether a last window may reach past the map (Caffe's rounding)."""
    zeros: bool = False
    """Whether the map is padded with zeros, which take part in the maximum (Big Transfer, arXiv:1912.11370)."""

    @property
    def reduction(self) -> int:
        """The stride."""
        return self.stride

    def lay(self, b: Builder, name: str, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """One op, behind the padding where that is zeros."""
        padding = self.kernel // 2 if self.padding is None else self.padding
        if self.zeros:
            x, padding = b.add("pad", PadMap(padding, padding), x), 0
        return b.add("max" + name, MaxPool2d(self.kernel, self.stride, padding, self.ceil), x)
