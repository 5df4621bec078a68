"""The heads of FCOS."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import ReLU
from resspec.ir.ops.conv import Start
from resspec.parts.base import part_field
from resspec.parts.dense import Heads, Kit, Sight, predictor
from resspec.parts.families import Norm
from resspec.parts.towers import QUIET, RARE, Tower, joined

A_STRIDE = Start(0.01, 1.0)
"""Distances start at one stride: ReLU passes no gradient to those that start below 0."""


class FCOS(Heads):
    """Two towers of 3x3 convolutions over all levels of a neck; each place predicts classes, its distances to the four
    sides of its box, and how central it lies in it (arXiv:1904.01355)."""

    kind: ClassVar[str] = "fcos"

    classes: Annotated[int, Field(ge=1)] = 91
    """Number of classes, background among them where the data counts it."""
    depth: Annotated[int, Field(ge=0)] = 4
    """Convolutions of each tower."""
    width: Annotated[int, Field(ge=1)] | None = None
    """Channels of the towers; by default those of the levels."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("group"))
    """The norm in the towers, whose convolutions have a bias besides."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """Scopes cls and box, laid on each level: conv0, bn0, act0, …, then cls_logits; bbox_reg, bbox_act and
        bbox_ctrness. Outputs of rows, place by place: `cls_logits` (N, classes), `bbox_regression` (N, 4) and
        `bbox_ctrness` (N, 1)."""
        tower = Tower(self.depth, self.width, self.norm, biased=True)
        logits: list[Value] = []
        distances: list[Value] = []
        central: list[Value] = []
        for level in sight.levels.values():
            with tower.over(b, "cls", level, kit) as x:
                logits.append(predictor(b, "cls_logits", x, self.classes, 3, RARE))
            with tower.over(b, "box", level, kit) as x:
                distances.append(b.add("bbox_act", ReLU(), predictor(b, "bbox_reg", x, 4, 3, A_STRIDE)))
                central.append(predictor(b, "bbox_ctrness", x, 1, 3, QUIET))
        return {
            "cls_logits": joined(b, "cls", logits, self.classes),
            "bbox_regression": joined(b, "box", distances, 4),
            "bbox_ctrness": joined(b, "ctr", central, 1),
        }
