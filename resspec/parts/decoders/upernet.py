"""The decoder of UPerNet."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AdaptiveAvgPool2d, Add, Concat
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, Widths, level, placed, resized
from resspec.parts.families import Names, Norm, Unit


class UPerNet(Decoder):
    """Pyramid pooling on the last map, a feature pyramid below it, and a 3x3 convolution over all levels at the largest
    one's size (arXiv:1807.10221)."""

    kind: ClassVar[str] = "upernet"

    width: Width = 256
    """Channels of every map."""
    cells: Widths = (1, 2, 3, 6)
    """Cells along a side of each grid of the pyramid pooling."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("layer"))
    """The norm that the body's maps go through first."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of all stages."""
        return [place for place in places if place not in ("stem", "unpooled")]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """norm0 …; scopes cells0 …, cat, bottom; from the smallest skip lateral0, up0, add0, …; output0, …; resized0,
        …, cat_levels, fuse."""
        maps = [self.norm.lay(b, f"norm{place}", x, None, "") for place, x in enumerate(maps)]
        levels = [self.pooled(b, kit, maps[-1])]
        for row, x in enumerate(reversed(maps[:-1])):
            with level(b, f"level{row}"):
                skip = self.conv(b, kit, f"lateral{row}", x, 1)
                levels.append(b.add(f"add{row}", Add(), resized(b, f"up{row}", levels[-1], skip), skip))
        for row, x in enumerate(levels[1:]):
            with level(b, f"level{row}"):
                levels[row + 1] = self.conv(b, kit, f"output{row}", x, 3)
        goal = levels.pop()
        same = [resized(b, f"resized{row}", x, goal) for row, x in enumerate(levels)]
        x = b.add("cat_levels", Concat(len(same) + 1), goal, *reversed(same)) if same else goal
        return self.conv(b, kit, "fuse", x, 3)

    def pooled(self, b: Builder, kit: Kit, x: Value) -> Value:
        """The map and its means over grids of cells, and a 3x3 convolution."""
        found = [x]
        for place, cells in enumerate(self.cells):
            with placed(b, f"cells{place}", "Grid", "Means over a grid of cells, at the size of the map."):
                y = kit.finished(b, 1, b.add("pool", AdaptiveAvgPool2d(cells), x), self.width, 1)
                found.append(resized(b, "up", y, x))
        return self.conv(b, kit, "bottom", b.add("cat", Concat(len(found)), *found), 3)

    def conv(self, b: Builder, kit: Kit, name: str, x: Value, kernel: int) -> Value:
        """A convolution with norm and activation."""
        names = Names(name, f"{name}_bn", f"{name}_act")
        return kit.unit(b, names, x, Unit(self.width, kernel, norm=kit.norm, act=kit.act))
