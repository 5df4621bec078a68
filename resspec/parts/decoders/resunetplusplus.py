"""The decoder of ResUNet++."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat, MaxPool2d, Scale
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed, resized, standing
from resspec.parts.families import Block, Names, Shortcut, Unit
from resspec.parts.steps import Step, last_of


class ResUNetPlusPlus(Decoder):
    """Atrous pyramids at both ends of a way up (arXiv:1911.07067): in its steps the map is rescaled place by place by
    what it and the body's next larger map say, enlarged, put beside that map, and goes through a residual block."""

    kind: ClassVar[str] = "resunet++"
    levels_up: ClassVar[bool] = True

    width: Width | None = None
    """Channels of the first pyramid; by default twice those of the last map."""
    rates: Widths = (6, 12, 18)
    """Dilations of the pyramids."""
    block: Annotated[Block, part_field(Block)] = Field(default_factory=lambda: Block.read("preact-basic"))
    """The residual blocks; each gives as many channels as the body's next smaller map has."""
    shortcut: Annotated[Shortcut, part_field(Shortcut)] = Field(default_factory=lambda: Shortcut.read("conv"))
    """The path round a block."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of all stages."""
        return [place for place in places if place not in ("stem", "unpooled")]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """A pyramid, a step for each map but the last, a pyramid."""
        x, last = "bridge", str(maps - 1)
        found = [Step(AtrousPyramid(x, self.rates, self.width, kit), (last, last), x)]
        for place, skip in enumerate(reversed(range(maps - 1))):
            laid = AttentiveStep(place, self.block, self.shortcut, kit)
            found.append(Step(laid, (x, str(skip), str(skip + 1)), f"step{place}"))
            x = f"step{place}"
        return [*found, Step(AtrousPyramid("end", self.rates, None, kit, 1), (x, "0"), "map")]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """Scope bridge; in scopes step0, step1, …: scope attention, up, cat, scope block0; scope end."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class AttentiveStep:
    """Rescaled and enlarged, a skip beside it, a residual block."""

    place: int
    block: Block
    shortcut: Shortcut
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on the map below, its skip, and the body's next smaller map, which gives its width."""
        x, skip, below = maps
        title = "Rescaled and enlarged, a skip beside it, a residual block."
        with placed(b, f"step{self.place}", "AttentiveStep", title):
            b.name_quantities(in_channels=x.channels, out_channels=below.channels)
            x = resized(b, "up", self.attended(b, x, skip), skip)
            x = b.add("cat", Concat(2), x, skip)
            block = self.block
            with b.scope("block0", type(block).__name__, block.kind, block.about()):
                return block.lay(b, x, standing(self.kit, below.channels, self.shortcut))

    def attended(self, b: Builder, x: Value, skip: Value) -> Value:
        """The map times one factor per place, made of itself and of the skip."""
        with b.scope("attention", "AdditiveAttention"):
            b.name_quantities(channels=x.channels, skip_channels=skip.channels)
            y = self.activated(b, "skip", skip, Unit(x.channels, 3, biased=True))
            y = b.add("pool", MaxPool2d(2, 2), y)
            z = self.activated(b, "map", x, Unit(x.channels, 3, biased=True))
            y = self.activated(b, "factor", b.add("add", Add(), y, z), Unit(1, biased=True))
            return b.add("scale", Scale(), x, y)

    def activated(self, b: Builder, name: str, x: Value, unit: Unit) -> Value:
        """Norm, activation and a convolution."""
        x = self.kit.norm.lay(b, f"{name}_bn", x, self.kit.act, f"{name}_act")
        return self.kit.unit(b, Names(f"{name}_conv", ""), x, unit)


@dataclass(frozen=True, slots=True)
class AtrousPyramid:
    """Convolutions of several dilations, each with activation and then norm, and a 1x1 convolution over all; of a width
    of its own, or of `times` that of a map."""

    name: str
    rates: Widths
    width: int | None
    kit: Kit
    times: int = 2

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The pyramid on the first map; the second gives the width."""
        x, like = maps
        kit, width = self.kit, self.width or self.times * like.channels
        with placed(b, self.name, "AtrousPyramid", "Convolutions of several dilations, and one over all of them."):
            b.name_quantities(in_channels=x.channels, out_channels=width)
            branches: list[Value] = []
            for number, rate in enumerate(self.rates):
                unit = Unit(width, 3, dilation=rate, act=kit.act, biased=True)
                y = kit.unit(b, Names(f"conv{number}", "", f"act{number}"), x, unit)
                branches.append(kit.norm.lay(b, f"bn{number}", y, None, ""))
            y = b.add("cat", Concat(len(branches)), *branches) if len(branches) > 1 else branches[0]
            return kit.unit(b, Names("project", ""), y, Unit(width, biased=True))
