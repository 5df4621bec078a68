"""The class of a region, and its box for each class."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from resspec.ir import Builder, Value
from resspec.parts.dense import Kit, Region, Width
from resspec.parts.towers import classed
from resspec.record import Listed


class RegionBoxes(Region):
    """Linear layers on all values of a region's map, behind convolutions where there are any, then its class and a box
    for each class (Faster R-CNN, arXiv:1506.01497; with convolutions arXiv:2111.11429)."""

    kind: ClassVar[str] = "boxes"

    hidden: Annotated[tuple[Width, ...], Listed] = (1024, 1024)
    """Widths of the hidden layers."""

    def lay(self, b: Builder, x: Value, classes: int, kit: Kit) -> Mapping[str, Value]:
        """conv0, bn0, conv0_act, …; flatten, fc1, act1, …; cls_score, bbox_pred. Outputs `cls_score` (classes,) and
        `bbox_pred` (4 classes,)."""
        return classed(b, self.convolved(b, x, kit), self.hidden, classes, kit)
