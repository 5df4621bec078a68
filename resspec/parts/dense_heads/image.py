"""The image behind a decoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, ColourOffset, ColourShift, Times, TransposedConv2d, ZeroedConv2d
from resspec.parts.base import part_field
from resspec.parts.dense import Heads, Kit, Sight, resized
from resspec.parts.families import Act, Names, Unit
from resspec.record import Listed, refusal


class Image(Heads):
    """A convolution to the channels of an image (arXiv:1609.04802); where asked for, the enlarged input is added, so
    that the network makes only the difference (arXiv:1511.04587)."""

    kind: ClassVar[str] = "image"

    channels: Annotated[int, Field(ge=1)] = 3
    """Channels of the image."""
    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the convolution's kernel, odd."""
    double: bool = False
    """Whether it is a transposed convolution of kernel 4 instead, which doubles the map (arXiv:1611.07004)."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("none"))
    """The activation behind it."""
    residual: Literal["nearest", "bilinear"] | None = None
    """How the input is enlarged to be added; none by default."""
    zero_init: bool = False
    """Whether the convolution, then a plain one, gives 0 at first, so that with `residual` the network starts as that
    enlargement (arXiv:1901.09321 starts residual branches so)."""
    shift: Annotated[tuple[float, ...], Listed] | None = None
    """A constant that is last added to each channel, by a 1x1 convolution that is not trained."""
    range: Annotated[float, Field(gt=0)] = 1.0
    """What the image is divided by."""
    offset: Annotated[tuple[float, ...], Listed] | None = None
    """A constant that is then added to each channel, without a convolution."""

    @model_validator(mode="after")
    def _one_way_to_make_it(self) -> Image:
        if self.double and self.zero_init:
            law = "a transposed convolution does not start at 0: `double` and `zero_init` exclude one another"
            raise refusal("double_and_zero", law, "leave one out")
        return self

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """to_image, image, resized, add, shift, range, offset; the output `output`."""
        x, unit = sight.alone(self.kind), Unit(self.channels, self.kernel, biased=True)
        if self.double:
            x = b.add("to_image", TransposedConv2d(x.channels, self.channels, 4, 2, 1), x)
        elif self.zero_init:
            x = b.add("to_image", ZeroedConv2d(*unit.geometry(x)), x)
        else:
            x = kit.unit(b, Names("to_image", "bn"), x, unit)
        x = self.act.lay(b, "image", x)
        if self.residual:
            x = b.add("add", Add(), x, resized(b, "resized", sight.image, x, self.residual))
        if self.shift is not None:
            x = b.add("shift", ColourShift(self.shift), x)
        if self.range != 1:
            x = b.add("range", Times(1 / self.range), x)
        if self.offset is not None:
            x = b.add("offset", ColourOffset(self.offset), x)
        return {"output": x}
