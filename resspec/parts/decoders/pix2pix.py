"""The decoder of pix2pix."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat, Dropout, TransposedConv2d
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, placed
from resspec.parts.families import Act


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

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes step0, step1, …: act1, up, bn1, drop, cat; act."""
        x = maps[-1]
        for place, skip in enumerate(reversed(maps[:-1])):
            with placed(b, f"step{place}", "Pix2PixStep", "A transposed convolution, and a skip beside its output."):
                b.name_quantities(in_channels=x.channels, out_channels=skip.channels)
                x = self.act.lay(b, "act1", x)
                conv = TransposedConv2d(x.channels, skip.channels, 4, 2, 1, bias=not kit.norm.shifts)
                x = kit.norm.lay(b, "bn1", b.add("up", conv, x), None, "")
                if self.dropout > 0 and 0 < place <= self.dropped:
                    x = b.add("drop", Dropout(self.dropout), x)
                x = b.add("cat", Concat(2), skip, x)
        return self.act.lay(b, "act", x)
