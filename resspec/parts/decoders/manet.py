"""The decoder of MA-Net."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Concat, Conv2d, GlobalAvgPool, PairAttention, Scale, Sigmoid
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed, predictor, resized
from resspec.parts.steps import IMAGE, Step, last_of
from resspec.parts.widths import halved


class MANet(Decoder):
    """A U-Net's way up behind attention of all places of the last map to one another; at each step the channels are
    rescaled by what both the map and its skip say (doi:10.1109/ACCESS.2020.3025372)."""

    kind: ClassVar[str] = "manet"
    whole: ClassVar[bool] = True

    width: Width = 256
    """Output channels of the first step; each further one has half of them."""
    widths: Widths | None = None
    """Output channels of every step, in place of `width`; the last stands for further ones."""
    pairs: Width = 64
    """Channels in which places are compared."""
    ratio: Annotated[float, Field(gt=0)] = 1 / 16
    """Hidden width of the attention to channels, as a share of a skip's width, rounded down, at least 1."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The map before the stem's pool and those of all stages; of the stem's two maps the larger alone."""
        return [place for place in places if place != "stem"]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """Attention to places; a step for each map but the last, and one for the image."""
        x, goals = "center", [*map(str, reversed(range(maps - 1))), IMAGE]
        found = [Step(PlaceAttention(self.pairs), (str(maps - 1),), x)]
        for place, (goal, width) in enumerate(zip(goals, halved(self.width, self.widths, maps), strict=True)):
            found.append(Step(MANetStep(place, width, goal != IMAGE, self.ratio, kit), (x, goal), f"step{place}"))
            x = f"step{place}"
        return found

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """Scope center; in scopes step0, step1, …: conv1, bn1, act1, conv2, bn2, act2, up, scopes low and high, gates,
        scale, cat, conv3, bn3, act3, conv4, bn4, act4."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class PlaceAttention:
    """The map and the sums of its places by shares, and a 3x3 convolution."""

    pairs: int

    def lay(self, b: Builder, *maps: Value) -> Value:
        """Scope center."""
        x = maps[0]
        with placed(b, "center", "PlaceAttention", "Attention of all places to one another."):
            b.name_quantities(channels=x.channels, pairs=self.pairs)
            top = predictor(b, "top", x, self.pairs)
            middle = predictor(b, "middle", x, self.pairs)
            y = b.add("attention", PairAttention(), middle, top, predictor(b, "bottom", x, x.channels, 3))
            return predictor(b, "conv", b.add("add", Add(), x, y), x.channels, 3)


@dataclass(frozen=True, slots=True)
class MANetStep:
    """Enlarged, rescaled and concatenated with a skip; `skips` is False where the image gives the size alone."""

    place: int
    width: int
    skips: bool
    ratio: float
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on the map below and the one to reach."""
        (x, goal), kit = maps, self.kit
        with placed(b, f"step{self.place}", "MANetStep", "Enlarged, rescaled and concatenated with a skip."):
            b.name_quantities(in_channels=x.channels, out_channels=self.width)
            if not self.skips:
                x = resized(b, "up", x, goal, "nearest")
            else:
                x = kit.finished(b, 2, kit.finished(b, 1, x, x.channels), goal.channels, 1)
                x = resized(b, "up", x, goal, "nearest")
                factors = [self.factors(b, kit, name, y) for name, y in (("low", goal), ("high", x))]
                x = b.add("scale", Scale(), x, b.add("gates", Add(), factors[1], factors[0]))
                x = b.add("cat", Concat(2), x, goal)
            return kit.finished(b, 4, kit.finished(b, 3, x, self.width), self.width)

    def factors(self, b: Builder, kit: Kit, name: str, x: Value) -> Value:
        """Squeeze, two 1x1 convolutions with bias, a factor per channel."""
        hidden = max(1, int(x.channels * self.ratio))
        with b.scope(name, "SqueezeExcite"):
            b.name_quantities(channels=x.channels, hidden=hidden)
            s = b.add("fc1", Conv2d(x.channels, hidden, bias=True), b.add("pool", GlobalAvgPool(), x))
            s = b.add("fc2", Conv2d(hidden, x.channels, bias=True), kit.act.lay(b, "act", s))
            return b.add("gate", Sigmoid(), s)
