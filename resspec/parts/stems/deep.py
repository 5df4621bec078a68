"""The stem of 3x3 convolutions."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.base import part_field
from resspec.parts.families import UNPOOLED, Act, Conv, Names, Norm, Pool, Stem, Unit
from resspec.record import Listed


class Deep(Stem):
    """A stack of 3x3 convolutions in place of the 7x7: the stem of ResNet-C and -D (arXiv:1812.01187); with a stride at
    its end in place of the pool, that of NFNet (arXiv:2102.06171)."""

    kind: ClassVar[str] = "deep"

    widths: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=2), Listed] = (32, 32, 64)
    """Output channels of each convolution."""
    stride: Annotated[int, Field(ge=1)] = 2
    """Stride of the first convolution."""
    last_stride: Annotated[int, Field(ge=1)] = 1
    """Stride of the last convolution."""
    bare: Annotated[int, Field(ge=0)] = 0
    """Number of leading convolutions that have neither norm nor activation."""
    last_act: bool = True
    """An activation behind the last convolution's norm; blocks that start with one of their own do without."""
    pool: Annotated[Pool, part_field(Pool)] = Field(default_factory=lambda: Pool.read("max"))
    """Pooling behind them."""

    @property
    def reduction(self) -> int:
        """Strides of convolutions and pool."""
        return self.stride * self.last_stride * self.pool.reduction

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act, bare: bool) -> Value:
        """conv1.0, conv1.1 (norm), … up to the last convolution; its norm and activation are bn1 and act1."""
        *early, last = self.widths
        with b.scope("conv1"):
            for place, width in enumerate(early):
                unit = Unit(width, 3, self.stride if place == 0 else 1, norm=norm, act=act)
                x = conv.lay(b, Names.positions(3 * place), x, unit.ending(place < self.bare))
            x = conv.lay(b, Names.positions(3 * len(early)), x, Unit(last, 3, self.last_stride))
        if not bare:
            x = norm.lay(b, "bn1", x, act if self.last_act else None, "act1")
        b.mark(UNPOOLED, x)
        return self.pool.lay(b, "pool", x, conv, norm, act)
