"""The decoder of pix2pix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat, Dropout, TransposedConv2d
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, placed
from resspec.parts.families import Act, Norm
from resspec.parts.steps import Step, last_of


class Pix2Pix(Decoder):
    """A way up in steps: activation, a transposed convolution that doubles the map and has the channels of the body's
    next larger one, norm, dropout, and that map beside it (arXiv:1611.07004)."""

    kind: ClassVar[str] = "pix2pix"

    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("relu"))
    """The activation."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping an element of a step's output in training."""
    dropped: Annotated[int, Field(ge=0)] = 3
    """Number of steps, from the second on, that have dropout."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of all stages."""
        return [place for place in places if place not in ("stem", "unpooled")]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """A step for each map but the last, and an activation."""
        x, found = str(maps - 1), []
        for place, skip in enumerate(map(str, reversed(range(maps - 1)))):
            dropout = self.dropout if 0 < place <= self.dropped else 0.0
            found.append(Step(Pix2PixStep(place, self.act, dropout, kit.norm), (x, skip), f"step{place}"))
            x = f"step{place}"
        return [*found, Step(Activated(self.act), (x,), "map")]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes step0, step1, …: act1, up, bn1, drop, cat; act."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class Pix2PixStep:
    """A transposed convolution, and a skip beside its output."""

    place: int
    act: Act
    dropout: float
    norm: Norm

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on the map below and its skip."""
        x, skip = maps
        with placed(b, f"step{self.place}", "Pix2PixStep", "A transposed convolution, and a skip beside its output."):
            b.name_quantities(in_channels=x.channels, out_channels=skip.channels)
            x = self.act.lay(b, "act1", x)
            conv = TransposedConv2d(x.channels, skip.channels, 4, 2, 1, bias=not self.norm.shifts)
            x = self.norm.lay(b, "bn1", b.add("up", conv, x), None, "")
            if self.dropout > 0:
                x = b.add("drop", Dropout(self.dropout), x)
            return b.add("cat", Concat(2), skip, x)


@dataclass(frozen=True, slots=True)
class Activated:
    """The activation at the end."""

    act: Act

    def lay(self, b: Builder, *maps: Value) -> Value:
        """act."""
        return self.act.lay(b, "act", maps[0])
