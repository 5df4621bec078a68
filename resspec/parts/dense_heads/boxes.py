"""The second step of a detector of two, for one region."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.dense import Heads, Kit, Sight, Width
from resspec.parts.towers import classed
from resspec.record import Listed


class Boxes(Heads):
    """Linear layers on all values of a region's pooled map, then its class and a box for each class (Faster R-CNN,
    arXiv:1506.01497). It reads maps of one size alone."""

    kind: ClassVar[str] = "boxes"

    classes: Annotated[int, Field(ge=1)] = 91
    """Number of classes, background among them."""
    hidden: Annotated[tuple[Width, ...], Listed] = (1024, 1024)
    """Widths of the hidden layers."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """flatten, fc1, act1, …; cls_score, bbox_pred. Outputs `cls_score` (classes,) and `bbox_pred` (4 classes,)."""
        return classed(b, sight.alone(self.kind), self.hidden, self.classes, kit)
