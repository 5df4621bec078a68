"""The decoder of residual units."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat
from resspec.parts.dense import Decoder, Kit, doubled, placed
from resspec.parts.families import Names, Unit


class ResidualUnits(Decoder):
    """A way up in steps: the body's map beside the one from below, a transposed convolution that doubles both, norm and
    activation, and a 3x3 convolution that is added to its input; the last map ends with the body's largest beside it
    (doi:10.1007/978-3-030-12029-0_40)."""

    kind: ClassVar[str] = "residual-units"

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of all stages."""
        return [place for place in places if place not in ("stem", "unpooled")]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes step0, step1, …: cat, up, bn, act, conv1, bn1, act1, add; cat."""
        x, skips = maps[-1], [*reversed(maps[:-1])]
        if skips and skips[0].shape[1:] != x.shape[1:]:
            law = f"residual units begin with two maps of one size, not {skips[0].shape} and {x.shape}"
            raise GraphError(Fault("RS304", law, node="decoder", remedy="give the last stage stride 1"))
        for place, (skip, above) in enumerate(pairwise(skips)):
            with placed(b, f"step{place}", "ResidualUnitStep", "A skip beside the map, both doubled, a residual unit."):
                x = b.add("cat", Concat(2), skip, x)
                b.name_quantities(in_channels=x.channels, out_channels=above.channels)
                x = doubled(b, kit, x, above.channels)
                unit = Unit(above.channels, 3, norm=kit.norm, act=kit.act)
                x = b.add("add", Add(), kit.unit(b, Names.numbered(1), x, unit), x)
        return b.add("cat", Concat(2), skips[-1], x) if skips else x
