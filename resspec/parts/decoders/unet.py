"""The decoder of U-Nets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Width, Widths, placed, resized
from resspec.parts.families import Gate
from resspec.parts.steps import IMAGE, Step, last_of
from resspec.parts.widths import halved


class UNet(Decoder):
    """A way up in steps (arXiv:1505.04597): the map is enlarged to the next larger one of the body, concatenated with
    it, and goes through two 3x3 convolutions; a last step without a skip reaches the image's size."""

    kind: ClassVar[str] = "unet"
    whole: ClassVar[bool] = True

    width: Width = 256
    """Output channels of the first step; each further one has half of them."""
    widths: Widths | None = None
    """Output channels of every step, in place of `width`; the last stands for further ones."""
    gate: Annotated[Gate, part_field(Gate)] = Field(default_factory=lambda: Gate.read("none"))
    """Attention to what a step concatenates, and to its output."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The map before the stem's pool and those of all stages; of the stem's two maps the larger alone."""
        return [place for place in places if place != "stem"]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """A step for each map but the last, and one for the image."""
        goals = [*map(str, reversed(range(maps - 1))), IMAGE]
        x, found = str(maps - 1), []
        for place, (goal, width) in enumerate(zip(goals, halved(self.width, self.widths, maps), strict=True)):
            found.append(Step(UNetStep(place, width, goal != IMAGE, self.gate, kit), (x, goal), f"step{place}"))
            x = f"step{place}"
        return found

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes 0, 1, …: up, cat, scope gate1, conv1, bn1, act1, conv2, bn2, act2, scope gate2."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class UNetStep:
    """Enlarged, concatenated with a skip, two convolutions; `skips` is False where the image gives the size alone."""

    place: int
    width: int
    skips: bool
    gate: Gate
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on the map below and the one to reach."""
        x, goal = maps
        with placed(b, f"{self.place}", "UNetStep", "Enlarged, concatenated with a skip, two convolutions."):
            x = resized(b, "up", x, goal, "nearest")
            if self.skips:
                x = b.add("cat", Concat(2), x, goal)
            b.name_quantities(in_channels=x.channels, out_channels=self.width)
            if self.skips:
                x = self.gated(b, "gate1", x)
            x = self.kit.finished(b, 2, self.kit.finished(b, 1, x, self.width), self.width)
            return self.gated(b, "gate2", x)

    def gated(self, b: Builder, name: str, x: Value) -> Value:
        """The map behind the gate."""
        with b.scope(name):
            return self.gate.lay(b, x, x.channels)
