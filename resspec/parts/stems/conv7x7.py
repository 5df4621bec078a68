"""The stem of ResNets for large images."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.base import part_field
from resspec.parts.families import UNPOOLED, Act, Conv, Names, Norm, Pool, Stem, Unit


class Conv7x7(Stem):
    """One 7x7 convolution, norm, activation, pool (arXiv:1512.03385)."""

    kind: ClassVar[str] = "conv7x7"

    width: Annotated[int, Field(ge=1)] = 64
    """Output channels."""
    stride: Annotated[int, Field(ge=1)] = 2
    """Stride of the convolution."""
    pool: Annotated[Pool, part_field(Pool)] = Field(default_factory=lambda: Pool.read("max"))
    """Pooling behind it."""

    @property
    def reduction(self) -> int:
        """Strides of convolution and pool."""
        return self.stride * self.pool.reduction

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act, bare: bool) -> Value:
        """conv1, bn1, act1, maxpool."""
        unit = Unit(self.width, 7, self.stride, norm=norm, act=act).ending(bare)
        x = conv.lay(b, Names.numbered(1), x, unit)
        b.mark(UNPOOLED, x)
        return self.pool.lay(b, "pool", x, conv, norm, act)
