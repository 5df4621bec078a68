"""The feature pyramid."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Conv2d, MaxPool2d, ReLU
from resspec.parts.base import part_field
from resspec.parts.dense import Kit, Neck, Width, level, resized
from resspec.parts.families import Names, Norm, Unit
from resspec.parts.steps import Step, lay_all, numbered


class FeaturePyramid(Neck):
    """A feature pyramid (arXiv:1612.03144): a 1x1 convolution on each map, the map from above enlarged and added, a 3x3
    convolution on each sum, without activation. A level's number is log2 of its stride in a body that halves its
    map five times."""

    kind: ClassVar[str] = "fpn"

    width: Width = 256
    """Channels of every level."""
    extra: Literal["none", "pool", "convs"] = "none"
    """Levels beyond the last map: one by subsampling (Faster R-CNN), or two by convolutions of stride 2, the second
    behind a ReLU (RetinaNet, arXiv:1708.02002)."""
    extra_reads: Literal["level", "map"] = "level"
    """What the first extra convolution reads: the last level, or the body's last map."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("none"))
    """The norm behind the convolutions on the body's maps and on their sums."""

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """From the smallest map: the convolution on it, its sum with the one above, the convolution on that; then the
        extra levels."""
        found, above = [], ""
        for place in reversed(range(maps)):
            name = f"p{6 - maps + place}"
            inner = f"lateral{place}"
            found.append(Step(Convolved(inner, name, 1, self.width, self.norm, kit), (str(place),), inner))
            if above:
                found.append(Step(Merged(place, name), (above, inner), f"add{place}"))
                inner = f"add{place}"
            found.append(Step(Convolved(f"output{place}", name, 3, self.width, self.norm, kit), (inner,), name))
            above = inner
        return [*found, *self.more("p5", str(maps - 1))]

    def more(self, smallest: str, last: str) -> Iterator[Step]:
        """The extra levels, of the last level's name and the last map's."""
        if self.extra == "pool":
            yield Step(Subsampled(), (smallest,), "p6")
        elif self.extra == "convs":
            yield Step(Halved("p6", self.width), (smallest if self.extra_reads == "level" else last,), "p6")
            yield Step(Halved("p7", self.width, "p6_act"), ("p6",), "p7")

    def levels(self, maps: int) -> tuple[str, ...]:
        """p2 to p5 where four maps are read, p3 to p5 of three, and the extra levels."""
        return (*(f"p{6 - maps + place}" for place in range(maps)), *(step.gives for step in self.more("", "")))

    def lay(self, b: Builder, maps: Sequence[Value], kit: Kit) -> Mapping[str, Value]:
        """lateral0 …, up0 …, add0 …, output0 …, p6, p7."""
        known = lay_all(b, self.apart(len(maps), kit), numbered(maps))
        return {name: known[name] for name in self.levels(len(maps))}


@dataclass(frozen=True, slots=True)
class Convolved:
    """A convolution with the pyramid's norm, laid for a level."""

    name: str
    level: str
    kernel: int
    width: int
    norm: Norm
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The convolution on one map."""
        with level(b, self.level):
            unit = Unit(self.width, self.kernel, norm=self.norm)
            return self.kit.unit(b, Names(self.name, f"{self.name}_bn"), maps[0], unit)


@dataclass(frozen=True, slots=True)
class Merged:
    """The map above enlarged and added, laid for a level."""

    place: int
    level: str

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The sum of the map above and the level's own."""
        above, inner = maps
        with level(b, self.level):
            return b.add(f"add{self.place}", Add(), inner, resized(b, f"up{self.place}", above, inner, "nearest"))


@dataclass(frozen=True, slots=True)
class Subsampled:
    """A level of every second place of the last one."""

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The level."""
        with level(b, "p6"):
            return b.add("p6", MaxPool2d(1, 2), maps[0])


@dataclass(frozen=True, slots=True)
class Halved:
    """A level by a 3x3 convolution of stride 2, where named behind a ReLU."""

    name: str
    width: int
    act: str = ""

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The level."""
        with level(b, self.name):
            x = b.add(self.act, ReLU(), maps[0]) if self.act else maps[0]
            return b.add(self.name, Conv2d(x.channels, self.width, 3, 2, 1, bias=True), x)
