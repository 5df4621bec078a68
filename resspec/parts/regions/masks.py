"""The mask of a region for each class."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import TransposedConv2d
from resspec.parts.dense import Kit, Region, Width, predictor
from resspec.record import Listed


class RegionMasks(Region):
    """Convolutions on a region's map, a transposed one that doubles it, and a mask for each class (Mask R-CNN,
    arXiv:1703.06870)."""

    kind: ClassVar[str] = "masks"

    size: Width = 14
    """Side of the map that a box cuts out; the masks are twice as large."""
    widths: Annotated[tuple[Width, ...], Listed] = (256, 256, 256, 256)
    """Channels of the 3x3 convolutions on it."""
    width: Width = 256
    """Channels of the transposed convolution."""

    def lay(self, b: Builder, x: Value, classes: int, kit: Kit) -> Mapping[str, Value]:
        """conv0, bn0, conv0_act, …; up, act; logits. The output `masks` (classes, 2 size, 2 size)."""
        x = self.convolved(b, x, kit)
        x = kit.act.lay(b, "act", b.add("up", TransposedConv2d(x.channels, self.width, 2, 2), x))
        return {"masks": predictor(b, "logits", x, classes)}
