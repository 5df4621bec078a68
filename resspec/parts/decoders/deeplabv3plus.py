"""The decoder of DeepLabV3+."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat
from resspec.parts.atrous import Pyramid, separable
from resspec.parts.dense import Decoder, Kit, Width, Widths, resized


class DeepLabV3Plus(Decoder):
    """Atrous spatial pyramid pooling of separable convolutions on the last map, enlarged to an early map and
    concatenated with it (arXiv:1802.02611)."""

    kind: ClassVar[str] = "deeplabv3+"

    width: Width = 256
    """Channels of every branch and of the output."""
    skip: Width = 48
    """Channels that the early map is reduced to."""
    rates: Widths = (12, 24, 36)
    """Dilations of the 3x3 branches."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Probability of dropping an element behind the pyramid in training."""

    def usual(self, places: Sequence[str]) -> Sequence[str]:
        """The maps of the first and of the last stage."""
        stages = [place for place in places if place not in ("stem", "unpooled")]
        return [stages[0], stages[-1]]

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """Scope aspp; depth1, conv1, bn1, act1, up; the early map's conv2, bn2, act2; cat, depth3, conv3, bn3, act3."""
        early = maps[0]
        x = Pyramid(self.width, self.rates, self.dropout, separate=True).lay(b, maps[-1], kit)
        x = separable(b, kit, 1, x, self.width)
        x = resized(b, "up", x, early, align=True)
        skip = kit.finished(b, 2, early, self.skip, 1)
        return separable(b, kit, 3, b.add("cat", Concat(2), x, skip), self.width)
