"""The stem without a strided convolution."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import SpaceToDepth
from resspec.parts.base import part_field
from resspec.parts.families import Act, Conv, Names, Norm, Stem, Unit


class SpaceToDepthStem(Stem):
    """Blocks of pixels become channels, then one 3x3 convolution: no pixel is lost before the first filter (TResNet,
    arXiv:2003.13630)."""

    kind: ClassVar[str] = "space-to-depth"

    width: Annotated[int, Field(ge=1)] = 64
    """Output channels."""
    block: Annotated[int, Field(ge=1)] = 4
    """Side of a block of pixels."""
    act: Annotated[Act, part_field(Act)] | None = None
    """The activation; by default that of the net."""

    @property
    def reduction(self) -> int:
        """The side of a block."""
        return self.block

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act, bare: bool) -> Value:
        """s2d, conv1, bn1, act1."""
        x = b.add("s2d", SpaceToDepth(self.block, x.channels), x)
        unit = Unit(self.width, 3, norm=norm, act=self.act or act).ending(bare)
        return conv.lay(b, Names.numbered(1), x, unit)
