"""The decoder over a feature pyramid."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat, DropChannels
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, level, placed, predictor, resized
from resspec.parts.families import Names, Norm, Unit


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

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """lateral0 …, up0 …, add0 …; then a scope for each level, from the smallest, and their merge."""
        with level(b, f"level{len(maps) - 1}"):
            levels = [predictor(b, f"lateral{len(maps) - 1}", maps[-1], self.pyramid)]
        for place in reversed(range(len(maps) - 1)):
            with level(b, f"level{place}"):
                skip = predictor(b, f"lateral{place}", maps[place], self.pyramid)
                above = resized(b, f"up{place}", levels[-1], skip, "nearest")
                levels.append(b.add(f"add{place}", Add(), above, skip))
        merged = [self.branch(b, kit, place, levels) for place in range(len(levels))]
        x = merged[0]
        if self.merge == "concat" and len(merged) > 1:
            x = b.add("cat", Concat(len(merged)), *merged)
        else:
            for place, y in enumerate(merged[1:]):
                x = b.add(f"sum{place}", Add(), x, y)
        return b.add("drop", DropChannels(self.dropout), x) if self.dropout > 0 else x

    def branch(self, b: Builder, kit: Kit, place: int, levels: Sequence[Value]) -> Value:
        """A level (the smallest is the first) brought to the size of the largest in steps of one level."""
        x = levels[place]
        goals = levels[place + 1 :]
        with placed(b, f"branch{place}", "Branch", "3x3 convolutions, each with a doubling behind it."):
            b.name_quantities(in_channels=x.channels, out_channels=self.width)
            for step in range(max(1, len(goals))):
                names = Names.numbered(step + 1)
                x = kit.unit(b, names, x, Unit(self.width, 3, norm=self.norm, act=kit.act))
                if goals:
                    x = resized(b, f"up{step + 1}", x, goals[step], align=True)
        return x
