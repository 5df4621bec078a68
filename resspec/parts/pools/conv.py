"""A convolution in place of the stem's pool."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Act, Conv, Names, Norm, Pool, Unit


class ConvPool(Pool):
    """A strided 3x3 convolution, norm and activation (ResNet-RS, arXiv:2103.07579)."""

    kind: ClassVar[str] = "conv"

    stride: Annotated[int, Field(ge=1)] = 2
    """Stride of the convolution."""

    @property
    def reduction(self) -> int:
        """The stride."""
        return self.stride

    def lay(self, b: Builder, name: str, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """maxpool.0, maxpool.1, maxpool.2: the names of the pool that they replace."""
        with b.scope("max" + name):
            return conv.lay(b, Names.positions(0), x, Unit(x.channels, 3, self.stride, norm=norm, act=act))
