"""The decoder of LinkNet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, TransposedConv2d
from resspec.parts.dense import Decoder, Kit, Width, placed
from resspec.parts.steps import Step, last_of


class LinkNet(Decoder):
    """A way up in steps (arXiv:1707.03718): 1x1 convolution, transposed convolution that doubles the map, 1x1
    convolution to the channels of the body's next larger map, which is added; a last step reaches the image's size."""

    kind: ClassVar[str] = "linknet"
    whole: ClassVar[bool] = True

    width: Width = 32
    """Output channels of the last step."""
    ratio: Annotated[float, Field(gt=0, le=1)] = 0.25
    """Channels of a step's transposed convolution, as a share of its input's."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The map before the stem's pool and those of all stages; of the stem's two maps the larger alone."""
        return [place for place in places if place != "stem"]

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """A step for each map but the last, and one without a skip."""
        x, found = str(maps - 1), []
        for place, skip in enumerate([*map(str, reversed(range(maps - 1))), ""]):
            laid = LinkStep(place, 0 if skip else self.width, self.ratio, kit)
            found.append(Step(laid, (x, skip) if skip else (x,), f"step{place}"))
            x = f"step{place}"
        return found

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes 0, 1, …: conv1, bn1, act1, up, bn2, act2, conv3, bn3, act3, add."""
        return last_of(b, self.apart(len(maps), kit), maps, image)


@dataclass(frozen=True, slots=True)
class LinkStep:
    """1x1, transposed and 1x1 convolution, and a skip that is added; without a skip it has a width of its own."""

    place: int
    width: int
    ratio: float
    kit: Kit

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The step on the map below, and on its skip."""
        x, *skips = maps
        with placed(b, f"{self.place}", "LinkStep", "1x1, transposed and 1x1 convolution, and a skip that is added."):
            width = skips[0].channels if skips else self.width
            inner = max(1, int(x.channels * self.ratio))
            b.name_quantities(in_channels=x.channels, inner_channels=inner, out_channels=width)
            x = self.kit.finished(b, 1, x, inner, 1)
            x = b.add("up", TransposedConv2d(inner, inner, 4, 2, 1), x)
            x = self.kit.norm.lay(b, "bn2", x, self.kit.act, "act2")
            x = self.kit.finished(b, 3, x, width, 1)
            return b.add("add", Add(), x, skips[0]) if skips else x
