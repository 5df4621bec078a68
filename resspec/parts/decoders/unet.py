"""The decoder of U-Nets."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed, resized
from resspec.parts.families import Gate
from resspec.parts.widths import halved


class UNet(Decoder):
    """A way up in steps (arXiv:1505.04597): the map is enlarged to the next larger one of the body, concatenated with
    it, and goes through two 3x3 convolutions; a last step without a skip reaches the image's size."""

    kind: ClassVar[str] = "unet"
    whole: ClassVar[bool] = True

    width: Width = 256
    """Output channels of the first step; each further one has half of them."""
    widths: Widths | None = None
    """Output channels of every step, in place of `width`; the last stands for further ones."""
    gate: Annotated[Gate, part_field(Gate)] = Field(default_factory=lambda: Gate.read("none"))
    """Attention to what a step concatenates, and to its output."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The map before the stem's pool and those of all stages; of the stem's two maps the larger alone."""
        return [place for place in places if place != "stem"]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes 0, 1, …: up, cat, scope gate1, conv1, bn1, act1, conv2, bn2, act2, scope gate2."""
        x, skips = maps[-1], [*reversed(maps[:-1]), None]
        for place, (skip, width) in enumerate(zip(skips, halved(self.width, self.widths, len(skips)), strict=True)):
            with placed(b, f"{place}", "UNetStep", "Enlarged, concatenated with a skip, two convolutions."):
                x = resized(b, "up", x, image if skip is None else skip, "nearest")
                if skip is not None:
                    x = b.add("cat", Concat(2), x, skip)
                b.name_quantities(in_channels=x.channels, out_channels=width)
                if skip is not None:
                    x = self.gated(b, "gate1", x)
                x = self.gated(b, "gate2", kit.finished(b, 2, kit.finished(b, 1, x, width), width))
        return x

    def gated(self, b: Builder, name: str, x: Value) -> Value:
        """The map behind the gate."""
        with b.scope(name):
            return self.gate.lay(b, x, x.channels)
