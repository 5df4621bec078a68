"""The decoder of U-Net++."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed, resized
from resspec.parts.steps import IMAGE, Step, last_of
from resspec.parts.widths import halved


class UNetPlusPlus(Decoder):
    """A grid of steps between body and output (arXiv:1807.10165): each enlarges a map to the size of a row,
    concatenates it with the row's maps so far and the body's, and has two 3x3 convolutions; a last step reaches the
    image's size."""

    kind: ClassVar[str] = "unet++"
    whole: ClassVar[bool] = True

    width: Width = 256
    """Output channels of the outermost step of the first row; that of each further row has half of them. Steps inside
    have as many channels as the body's map of their row."""
    widths: Widths | None = None
    """Output channels of the outermost steps and the last, in place of `width`."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The map before the stem's pool and those of all stages; of the stem's two maps the larger alone."""
        return [place for place in places if place != "stem"]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """The steps row by row from the smallest, the nearest to the body first, and one for the image."""
        features = [str(place) for place in reversed(range(maps))]
        widths = halved(self.width, self.widths, maps)
        found: list[Step] = []
        for row, skip in enumerate(features[1:]):
            beside = [skip]
            for depth in reversed(range(row + 1)):
                name = f"x_{depth}_{row}"
                below = features[row] if depth == row else f"x_{depth}_{row - 1}"
                laid = GridStep(name, None if depth else widths[row], True, kit)
                found.append(Step(laid, (below, *beside), name))
                beside.insert(0, name)
        name = f"x_0_{maps - 1}"
        last = found[-1].gives if found else features[0]
        return [*found, Step(GridStep(name, widths[-1], False, kit), (last, IMAGE), name)]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes x_DEPTH_ROW, row by row from the smallest, the nearest to the body first: up, cat, conv1, bn1,
        act1, conv2, bn2, act2."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class GridStep:
    """A map enlarged to the size of its skips, concatenated with them, two convolutions, by default of the body's
    width there; `skips` is False where the image gives the size alone."""

    name: str
    width: int | None
    skips: bool
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on the map below and its skips, the body's map last."""
        x, *beside = maps
        width = self.width or beside[-1].channels
        with placed(b, self.name, "UNetStep", "Enlarged, concatenated with skips, two convolutions."):
            x = resized(b, "up", x, beside[-1], "nearest")
            if self.skips:
                x = b.add("cat", Concat(1 + len(beside)), x, *beside)
            b.name_quantities(in_channels=x.channels, out_channels=width)
            return self.kit.finished(b, 2, self.kit.finished(b, 1, x, width), width)
