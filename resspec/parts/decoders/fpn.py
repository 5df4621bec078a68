"""The decoder over a feature pyramid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat, DropChannels
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, level, placed, predictor, resized
from resspec.parts.families import Names, Norm, Unit
from resspec.parts.steps import Step, last_of


class PanopticPyramid(Decoder):
    """A feature pyramid whose levels are brought to the largest one's size, each by 3x3 convolutions and doublings, and
    merged (semantic branch of panoptic FPN, arXiv:1901.02446)."""

    kind: ClassVar[str] = "fpn"

    pyramid: Width = 256
    """Channels of the pyramid's levels."""
    width: Width = 128
    """Channels of each level where they are merged."""
    merge: Literal["sum", "concat"] = "sum"
    """How they are merged."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("group"))
    """The norm behind the 3x3 convolutions."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Probability of dropping a channel in training."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of all stages."""
        return [place for place in places if place not in ("stem", "unpooled")]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """Each map's convolution and its sum with the one above; a branch of each level, from the smallest; their
        merge."""
        found, levels = [], list[str]()
        for place in reversed(range(maps)):
            name = f"lateral{place}"
            found.append(Step(Lateral(place, self.pyramid), (str(place),), name))
            if levels:
                found.append(Step(Summed(place), (levels[-1], name), f"level{place}"))
                name = f"level{place}"
            levels.append(name)
        for place in range(maps):
            branch = Branch(place, self.width, self.norm, kit)
            found.append(Step(branch, tuple(levels[place:]), f"branch{place}"))
        merge = Merge(self.merge == "concat", self.dropout)
        return [*found, Step(merge, tuple(f"branch{place}" for place in range(maps)), "merged")]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """lateral0 …, up0 …, add0 …; then a scope for each level, from the smallest, and their merge."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class Lateral:
    """The convolution on a map of the body."""

    place: int
    width: int

    def lay(self, b: Builder, *maps: Value) -> Value:
        """A 1x1 convolution with bias."""
        with level(b, f"level{self.place}"):
            return predictor(b, f"lateral{self.place}", maps[0], self.width)


@dataclass(frozen=True, slots=True)
class Summed:
    """The level above enlarged and added."""

    place: int

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The sum of the level above and a map's convolution."""
        above, skip = maps
        with level(b, f"level{self.place}"):
            return b.add(f"add{self.place}", Add(), resized(b, f"up{self.place}", above, skip, "nearest"), skip)


@dataclass(frozen=True, slots=True)
class Branch:
    """A level (the smallest is the first) brought to the size of the largest in steps of one level."""

    place: int
    width: int
    norm: Norm
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The branch on its level and the larger ones, whose sizes it reaches in turn."""
        x, *goals = maps
        with placed(b, f"branch{self.place}", "Branch", "3x3 convolutions, each with a doubling behind it."):
            b.name_quantities(in_channels=x.channels, out_channels=self.width)
            for step in range(max(1, len(goals))):
                unit = Unit(self.width, 3, norm=self.norm, act=self.kit.act)
                x = self.kit.unit(b, Names.numbered(step + 1), x, unit)
                if goals:
                    x = resized(b, f"up{step + 1}", x, goals[step], align=True)
        return x


@dataclass(frozen=True, slots=True)
class Merge:
    """All branches in one map."""

    concat: bool
    dropout: float

    def lay(self, b: Builder, *maps: Value) -> Value:
        """Their sum, or all of them side by side."""
        x = maps[0]
        if self.concat and len(maps) > 1:
            x = b.add("cat", Concat(len(maps)), *maps)
        else:
            for place, y in enumerate(maps[1:]):
                x = b.add(f"sum{place}", Add(), x, y)
        return b.add("drop", DropChannels(self.dropout), x) if self.dropout > 0 else x
