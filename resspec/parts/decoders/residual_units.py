"""The decoder of residual units."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat
from resspec.parts.dense import Decoder, Kit, doubled, placed
from resspec.parts.families import Names, Unit
from resspec.parts.steps import Step, last_of


class ResidualUnits(Decoder):
    """A way up in steps: the body's map beside the one from below, a transposed convolution that doubles both, norm and
    activation, and a 3x3 convolution that is added to its input; the last map ends with the body's largest beside it
    (doi:10.1007/978-3-030-12029-0_40)."""

    kind: ClassVar[str] = "residual-units"

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of all stages."""
        return [place for place in places if place not in ("stem", "unpooled")]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """A step for each map but the last and the largest, and the largest beside what they give."""
        x, found = str(maps - 1), []
        skips = [str(place) for place in reversed(range(maps - 1))]
        for place, (skip, above) in enumerate(pairwise(skips)):
            found.append(Step(UnitStep(place, kit), (skip, x, above), f"step{place}"))
            x = f"step{place}"
        return [*found, Step(Beside(len(skips) == 1), (skips[-1], x), "map")] if skips else []

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes step0, step1, …: cat, up, bn, act, conv1, bn1, act1, add; cat."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class UnitStep:
    """A skip beside the map, both doubled, a residual unit."""

    place: int
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on its skip, the map below, and the skip above, which gives its width."""
        skip, x, above = maps
        if not self.place and skip.shape[1:] != x.shape[1:]:
            raise GraphError(unlike(skip, x))
        with placed(
            b, f"step{self.place}", "ResidualUnitStep", "A skip beside the map, both doubled, a residual unit."
        ):
            x = b.add("cat", Concat(2), skip, x)
            b.name_quantities(in_channels=x.channels, out_channels=above.channels)
            x = doubled(b, self.kit, x, above.channels)
            unit = Unit(above.channels, 3, norm=self.kit.norm, act=self.kit.act)
            return b.add("add", Add(), self.kit.unit(b, Names.numbered(1), x, unit), x)


@dataclass(frozen=True, slots=True)
class Beside:
    """The body's largest map beside the last, which may be the body's own."""

    first: bool

    def lay(self, b: Builder, *maps: Value) -> Value:
        """cat."""
        skip, x = maps
        if self.first and skip.shape[1:] != x.shape[1:]:
            raise GraphError(unlike(skip, x))
        return b.add("cat", Concat(2), skip, x)


def unlike(skip: Value, x: Value) -> Fault:
    """The fault of first maps of two sizes."""
    law = f"residual units begin with two maps of one size, not {skip.shape} and {x.shape}"
    return Fault("RS304", law, node="decoder", remedy="give the last stage stride 1")
