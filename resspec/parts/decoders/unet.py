"""The decoder of U-Nets."""

from collections.abc import Sequence
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed, resized


class UNet(Decoder):
    """A way up in steps (arXiv:1505.04597): the map is enlarged to the next larger one of the body, concatenated with
    it, and goes through two 3x3 convolutions; a last step without a skip reaches the image's size."""

    kind: ClassVar[str] = "unet"
    whole: ClassVar[bool] = True

    width: Width = 256
    """Output channels of the first step; each further one has half of them."""
    widths: Widths | None = None
    """Output channels of every step, in place of `width`."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The map before the stem's pool and those of all stages; of the stem's two maps the larger alone."""
        return [place for place in places if place != "stem"]

    def steps(self, count: int) -> list[int]:
        """Output channels of each step."""
        widths = list(self.widths or [max(1, self.width >> place) for place in range(count)])
        return [*widths, *[widths[-1]] * count][:count]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes 0, 1, …: up, cat, conv1, bn1, act1, conv2, bn2, act2."""
        x, skips = maps[-1], [*reversed(maps[:-1]), None]
        for place, (skip, width) in enumerate(zip(skips, self.steps(len(skips)), strict=True)):
            with placed(b, f"{place}", "UNetStep", "Enlarged, concatenated with a skip, two convolutions."):
                x = resized(b, "up", x, image if skip is None else skip, "nearest")
                if skip is not None:
                    x = b.add("cat", Concat(2), x, skip)
                b.name_quantities(in_channels=x.channels, out_channels=width)
                x = kit.finished(b, 2, kit.finished(b, 1, x, width), width)
        return x
