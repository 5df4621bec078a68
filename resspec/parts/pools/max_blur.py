"""Anti-aliased max pooling after the stem."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import BlurPool, MaxPool2d
from resspec.parts.families import Act, Conv, Norm, Pool


class MaxBlur(Pool):
    """The maximum over a 3x3 window at every place, then a blur at the stride (arXiv:1904.11486)."""

    kind: ClassVar[str] = "max-blur"

    stride: Annotated[int, Field(ge=1)] = 2
    """Stride of the blur."""

    @property
    def reduction(self) -> int:
        """The stride."""
        return self.stride

    def lay(self, b: Builder, name: str, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """maxpool.0, maxpool.1."""
        with b.scope("max" + name):
            x = b.add("0", MaxPool2d(3, 1, 1), x)
            return b.add("1", BlurPool(x.channels, stride=self.stride), x)
