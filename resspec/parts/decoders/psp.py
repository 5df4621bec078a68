"""The pyramid pooling decoder."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AdaptiveAvgPool2d, Concat, DropChannels
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed, predictor, resized
from resspec.parts.families import Names, Unit


class PyramidPooling(Decoder):
    """A map, its means over grids of cells brought back to its size, and a 1x1 convolution over all of these (PSPNet,
    arXiv:1612.01105). The mean of the whole map has no norm behind its convolution."""

    kind: ClassVar[str] = "psp"

    width: Width = 512
    """Output channels."""
    cells: Widths = (1, 2, 3, 6)
    """Cells along a side of each grid."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Probability of dropping a channel in training."""

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes grid0 …: pool, conv1, bn1, act1, up; then cat, conv1, bn1, act1, drop."""
        x = maps[-1]
        share = max(1, x.channels // len(self.cells))
        grids = [self.grid(b, kit, place, x, share) for place in range(len(self.cells))]
        y = kit.finished(b, 1, b.add("cat", Concat(len(grids) + 1), *grids, x), self.width, 1)
        return b.add("drop", DropChannels(self.dropout), y) if self.dropout > 0 else y

    def grid(self, b: Builder, kit: Kit, place: int, x: Value, width: int) -> Value:
        """The means of one grid, at the map's size."""
        cells = self.cells[place]
        with placed(b, f"grid{place}", "Grid", "Means over a grid of cells, at the size of the map."):
            y = b.add("pool", AdaptiveAvgPool2d(cells), x)
            if cells == 1:
                y = kit.act.lay(b, "act1", predictor(b, "conv1", y, width))
            else:
                y = kit.unit(b, Names.numbered(1), y, Unit(width, norm=kit.norm, act=kit.act))
            return resized(b, "up", y, x, align=True)
