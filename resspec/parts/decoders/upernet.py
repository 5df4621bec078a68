"""The decoder of UPerNet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AdaptiveAvgPool2d, Add, Concat
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, Widths, level, placed, resized
from resspec.parts.families import Names, Norm, Unit
from resspec.parts.steps import Step, last_of


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

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """A norm on each map; pyramid pooling on the last; a convolution on each other and its sum with the level
        above; a convolution on each sum; all levels in one."""
        last = maps - 1
        found = [Step(Normed(place, self.norm), (str(place),), f"norm{place}") for place in range(maps)]
        found.append(Step(Pooled(self.cells, self.width, kit), (f"norm{last}",), "bottom"))
        above, levels = "bottom", ["bottom"]
        for row, place in enumerate(reversed(range(last))):
            lateral = Convolved(f"lateral{row}", f"level{row}", 1, self.width, kit)
            found.append(Step(lateral, (f"norm{place}",), f"lateral{row}"))
            found.append(Step(Summed(row), (above, f"lateral{row}"), f"add{row}"))
            above = f"add{row}"
        for row in range(last):
            output = Convolved(f"output{row}", f"level{row}", 3, self.width, kit)
            found.append(Step(output, (f"add{row}",), f"output{row}"))
            levels.append(f"output{row}")
        return [*found, Step(Fused(self.width, kit), tuple(levels), "map")]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """norm0 …; scopes cells0 …, cat, bottom; from the smallest skip lateral0, up0, add0, …; output0, …; resized0,
        …, cat_levels, fuse."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class Normed:
    """The norm on a map of the body."""

    place: int
    norm: Norm

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The normalised map."""
        return self.norm.lay(b, f"norm{self.place}", maps[0], None, "")


@dataclass(frozen=True, slots=True)
class Pooled:
    """The map and its means over grids of cells, and a 3x3 convolution."""

    cells: Widths
    width: int
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """Scopes cells0 …, cat, bottom."""
        x = maps[0]
        found = [x]
        for place, cells in enumerate(self.cells):
            with placed(b, f"cells{place}", "Grid", "Means over a grid of cells, at the size of the map."):
                y = self.kit.finished(b, 1, b.add("pool", AdaptiveAvgPool2d(cells), x), self.width, 1)
                found.append(resized(b, "up", y, x))
        return convolved(b, self.kit, "bottom", b.add("cat", Concat(len(found)), *found), self.width, 3)


@dataclass(frozen=True, slots=True)
class Convolved:
    """A convolution with norm and activation, laid for a level."""

    name: str
    level: str
    kernel: int
    width: int
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The convolution on one map."""
        with level(b, self.level):
            return convolved(b, self.kit, self.name, maps[0], self.width, self.kernel)


@dataclass(frozen=True, slots=True)
class Summed:
    """The level above enlarged and added."""

    row: int

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The sum of the level above and a map's convolution."""
        above, skip = maps
        with level(b, f"level{self.row}"):
            return b.add(f"add{self.row}", Add(), resized(b, f"up{self.row}", above, skip), skip)


@dataclass(frozen=True, slots=True)
class Fused:
    """All levels at the largest one's size, and a 3x3 convolution over them."""

    width: int
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The levels come from the smallest."""
        *levels, goal = maps
        same = [resized(b, f"resized{row}", x, goal) for row, x in enumerate(levels)]
        x = b.add("cat_levels", Concat(len(same) + 1), goal, *reversed(same)) if same else goal
        return convolved(b, self.kit, "fuse", x, self.width, 3)


def convolved(b: Builder, kit: Kit, name: str, x: Value, width: int, kernel: int) -> Value:
    """A convolution with norm and activation."""
    unit = Unit(width, kernel, norm=kit.norm, act=kit.act)
    return kit.unit(b, Names(name, f"{name}_bn", f"{name}_act"), x, unit)
