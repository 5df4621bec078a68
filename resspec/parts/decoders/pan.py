"""The decoder of pyramid attention networks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, GlobalAvgPool, MaxPool2d, Scale, Sigmoid
from resspec.parts.dense import Decoder, Kit, Width, placed, resized
from resspec.parts.families import Names, Unit
from resspec.parts.steps import Step, last_of

KERNELS = (7, 5, 3)
"""Sides of the kernels at a half, a quarter and an eighth of the map."""


class PyramidAttention(Decoder):
    """The last map rescaled by what a pyramid of smaller ones says of each place; then a way up on which the map says
    how much each channel of a skip counts (arXiv:1805.10180)."""

    kind: ClassVar[str] = "pan"

    width: Width = 32
    """Channels of every map."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of all stages."""
        return [place for place in places if place not in ("stem", "unpooled")]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """The pyramid, and a step for each map but the last."""
        x = "pyramid"
        found = [Step(AttentionPyramid(self.width, kit), (str(maps - 1),), x)]
        for place, skip in enumerate(map(str, reversed(range(maps - 1)))):
            found.append(Step(AttentionStep(place, self.width, kit), (x, skip), f"step{place}"))
            x = f"step{place}"
        return found

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """Scope pyramid; in scopes step0, step1, …: pool, conv1, bn1, gate, conv2, bn2, act2, scale, up, add."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class AttentionStep:
    """A skip whose channels the map rescales, and the map."""

    place: int
    width: int
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on the map below and its skip."""
        x, skip = maps
        with placed(b, f"step{self.place}", "AttentionStep", "A skip whose channels the map rescales, and the map."):
            b.name_quantities(in_channels=skip.channels, out_channels=self.width)
            s = conv(b, self.kit, "1", b.add("pool", GlobalAvgPool(), x), self.width, act=False)
            y = conv(b, self.kit, "2", skip, self.width, 3)
            y = b.add("scale", Scale(), y, b.add("gate", Sigmoid(), s))
            return b.add("add", Add(), resized(b, "up", x, skip, align=True), y)


@dataclass(frozen=True, slots=True)
class AttentionPyramid:
    """A map rescaled by what smaller ones say of each place."""

    width: int
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """Branches mean and middle; down0, down1, down2 and again up to the map's size; scale, add."""
        x = maps[0]
        with placed(b, "pyramid", "AttentionPyramid", "A map rescaled by what smaller ones say of each place."):
            b.name_quantities(in_channels=x.channels, out_channels=self.width)
            mean = conv(b, self.kit, "_mean", b.add("pool_mean", GlobalAvgPool(), x), self.width)
            mean = resized(b, "up_mean", mean, x, align=True)
            middle = conv(b, self.kit, "_middle", x, self.width)
            levels = [x]
            for place, kernel in enumerate(KERNELS):
                y = b.add(f"pool_down{place}", MaxPool2d(2, 2), levels[-1])
                levels.append(conv(b, self.kit, f"_down{place}", y, 1, kernel))
            y = conv(b, self.kit, f"_up{len(KERNELS) - 1}", levels[-1], 1, KERNELS[-1])
            for place in reversed(range(len(KERNELS) - 1)):
                y = resized(b, f"up{place + 1}", y, levels[place + 1], align=True)
                own = conv(b, self.kit, f"_up{place}", levels[place + 1], 1, KERNELS[place])
                y = b.add(f"add{place}", Add(), own, y)
            y = b.add("scale", Scale(), middle, resized(b, "up0", y, x, align=True))
            return b.add("add", Add(), y, mean)


def conv(b: Builder, kit: Kit, name: str, x: Value, width: int, kernel: int = 1, act: bool = True) -> Value:
    """A convolution with bias, norm and activation."""
    unit = Unit(width, kernel, norm=kit.norm, act=kit.act, biased=True)
    return kit.unit(b, Names(f"conv{name}", f"bn{name}", f"act{name}"), x, unit if act else replace(unit, act=None))
