"""The image behind a decoder."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, ColourShift, ZeroedConv2d
from resspec.parts.base import part_field
from resspec.parts.dense import Heads, Kit, Sight, resized
from resspec.parts.families import Act, Names, Unit
from resspec.record import Listed


class Image(Heads):
    """A convolution to the channels of an image (arXiv:1609.04802); where asked for, the enlarged input is added, so
    that the network makes only the difference (arXiv:1511.04587)."""

    kind: ClassVar[str] = "image"

    channels: Annotated[int, Field(ge=1)] = 3
    """Channels of the image."""
    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the convolution's kernel, odd."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("none"))
    """The activation behind it."""
    residual: Literal["nearest", "bilinear"] | None = None
    """How the input is enlarged to be added; none by default."""
    zero_init: bool = False
    """Whether the convolution, then a plain one, gives 0 at first, so that with `residual` the network starts as that
    enlargement (arXiv:1901.09321 starts residual branches so)."""
    shift: Annotated[tuple[float, ...], Listed] | None = None
    """A constant that is last added to each channel, by a 1x1 convolution that is not trained."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """to_image, image, resized, add, shift; the output `output`."""
        x, unit = sight.alone(self.kind), Unit(self.channels, self.kernel, biased=True)
        if self.zero_init:
            x = b.add("to_image", ZeroedConv2d(*unit.geometry(x)), x)
        else:
            x = kit.unit(b, Names("to_image", "bn"), x, unit)
        x = self.act.lay(b, "image", x)
        if self.residual:
            x = b.add("add", Add(), x, resized(b, "resized", sight.image, x, self.residual))
        if self.shift is not None:
            x = b.add("shift", ColourShift(self.shift), x)
        return {"output": x}
