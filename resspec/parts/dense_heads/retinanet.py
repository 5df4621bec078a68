"""The heads of RetinaNet."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.base import part_field
from resspec.parts.dense import Heads, Kit, Sight, predictor
from resspec.parts.families import Norm
from resspec.parts.towers import QUIET, RARE, Tower, joined


class RetinaNet(Heads):
    """Two towers of 3x3 convolutions over all levels of a neck, one for classes and one for boxes, with predictions for
    each anchor of each place (arXiv:1708.02002)."""

    kind: ClassVar[str] = "retinanet"

    classes: Annotated[int, Field(ge=1)] = 91
    """Number of classes, background among them where the data counts it."""
    anchors: Annotated[int, Field(ge=1)] = 9
    """Anchors at each place."""
    depth: Annotated[int, Field(ge=0)] = 4
    """Convolutions of each tower."""
    width: Annotated[int, Field(ge=1)] | None = None
    """Channels of the towers; by default those of the levels."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("none"))
    """The norm in the towers."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """Scopes cls and box, laid on each level: conv0, bn0, act0, …, then cls_logits, bbox_reg. Outputs of rows,
        anchor by anchor: `cls_logits` (N, classes) and `bbox_regression` (N, 4)."""
        tower = Tower(self.depth, self.width, self.norm)
        logits: list[Value] = []
        deltas: list[Value] = []
        for level in sight.levels.values():
            with tower.over(b, "cls", level, kit) as x:
                logits.append(predictor(b, "cls_logits", x, self.anchors * self.classes, 3, RARE))
            with tower.over(b, "box", level, kit) as x:
                deltas.append(predictor(b, "bbox_reg", x, self.anchors * 4, 3, QUIET))
        return {
            "cls_logits": joined(b, "cls", logits, self.classes),
            "bbox_regression": joined(b, "box", deltas, 4),
        }
