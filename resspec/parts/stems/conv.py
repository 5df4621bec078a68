"""The stem of networks that give an image back."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import ColourOffset, ColourShift, Times
from resspec.parts.base import part_field
from resspec.parts.families import UNPOOLED, Act, Conv, Names, Norm, Stem, Unit
from resspec.record import Listed


class ConvStem(Stem):
    """A convolution at the image's size, then 3x3 convolutions that halve it and double the channels: the stem of
    networks from image to image (arXiv:1603.08155, arXiv:1609.04802, arXiv:1703.10593)."""

    kind: ClassVar[str] = "conv"

    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the first convolution's kernel, odd."""
    width: Annotated[int, Field(ge=1)] = 64
    """Output channels of the first convolution."""
    downs: Annotated[int, Field(ge=0, le=8)] = 0
    """Number of convolutions behind it, each of stride 2 and twice the channels."""
    norm: Annotated[Norm, part_field(Norm)] | None = None
    """The norm of its convolutions; by default the net's."""
    act: Annotated[Act, part_field(Act)] | None = None
    """Their activation; by default the net's."""
    shift: Annotated[tuple[float, ...], Listed] | None = None
    """A constant that is first added to each channel of the image, by a 1x1 convolution that is not trained."""
    offset: Annotated[tuple[float, ...], Listed] | None = None
    """A constant that is first added to each channel of the image, without a convolution."""
    range: Annotated[float, Field(gt=0)] = 1.0
    """What the image is then multiplied by."""

    @property
    def reduction(self) -> int:
        """Strides of its convolutions."""
        return 1 << self.downs

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act, bare: bool) -> Value:
        """shift, offset, range; conv1, bn1, act1; conv2, …"""
        if self.shift is not None:
            x = b.add("shift", ColourShift(self.shift), x)
        if self.offset is not None:
            x = b.add("offset", ColourOffset(self.offset), x)
        if self.range != 1:
            x = b.add("range", Times(self.range), x)
        unit = Unit(self.width, self.kernel, norm=self.norm or norm, act=self.act or act)
        for place in range(self.downs + 1):
            last = place == self.downs
            x = conv.lay(b, Names.numbered(place + 1), x, unit.ending(bare and last))
            unit = replace(unit, kernel=3, stride=2, width=2 * unit.width)
            if place == 0:
                b.mark(UNPOOLED, x)
        return x
