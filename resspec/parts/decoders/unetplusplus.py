"""The decoder of U-Net++."""

from collections.abc import Sequence
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed, resized
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

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes x_DEPTH_ROW, row by row from the smallest, the nearest to the body first: up, cat, conv1, bn1,
        act1, conv2, bn2, act2."""
        features = [*reversed(maps)]
        rows = len(features) - 1
        widths = halved(self.width, self.widths, rows + 1)
        above: list[Value] = []
        for row, skip in enumerate(features[1:]):
            found = [self.step(b, kit, f"x_{row}_{row}", features[row], [skip], self.inside(row, widths, skip, row))]
            for depth in reversed(range(row)):
                width = self.inside(depth, widths, skip, row)
                found.append(self.step(b, kit, f"x_{depth}_{row}", above[depth], [*reversed(found), skip], width))
            above = [*reversed(found)]
        last = above[0] if above else features[0]
        return self.step(b, kit, f"x_0_{rows}", last, [], widths[-1], image)

    def inside(self, depth: int, widths: Sequence[int], skip: Value, row: int) -> int:
        """Output channels of a step: those of its row's map of the body, unless it is the outermost."""
        return skip.channels if depth else widths[row]

    def step(
        self, b: Builder, kit: Kit, name: str, x: Value, skips: Sequence[Value], width: int, goal: Value | None = None
    ) -> Value:
        """A map enlarged to the size of its skips or of a goal, concatenated, two convolutions."""
        with placed(b, name, "UNetStep", "Enlarged, concatenated with skips, two convolutions."):
            x = resized(b, "up", x, goal or skips[-1], "nearest")
            if skips:
                x = b.add("cat", Concat(1 + len(skips)), x, *skips)
            b.name_quantities(in_channels=x.channels, out_channels=width)
            return kit.finished(b, 2, kit.finished(b, 1, x, width), width)
