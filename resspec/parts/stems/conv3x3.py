"""The stem of ResNets for small images."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.base import part_field
from resspec.parts.families import UNPOOLED, Act, Conv, Names, Norm, Pool, Stem, Unit


class Conv3x3(Stem):
    """One 3x3 convolution: the stem of the CIFAR nets (arXiv:1512.03385, section 4.2) and, with stride 2, of RegNet."""

    kind: ClassVar[str] = "conv3x3"

    width: Annotated[int, Field(ge=1)] = 16
    """Output channels."""
    stride: Annotated[int, Field(ge=1)] = 1
    """Stride of the convolution."""
    pool: Annotated[Pool, part_field(Pool)] = Field(default_factory=lambda: Pool.read("none"))
    """Pooling behind it."""

    @property
    def reduction(self) -> int:
        """Strides of convolution and pool."""
        return self.stride * self.pool.reduction

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act, bare: bool) -> Value:
        """conv1, bn1, act1."""
        unit = Unit(self.width, 3, self.stride, norm=norm, act=act).ending(bare)
        x = conv.lay(b, Names.numbered(1), x, unit)
        b.mark(UNPOOLED, x)
        return self.pool.lay(b, "pool", x, conv, norm, act)
