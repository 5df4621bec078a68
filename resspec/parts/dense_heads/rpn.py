"""The region proposal network."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.dense import Heads, Kit, Sight
from resspec.parts.towers import proposing


class RegionProposals(Heads):
    """A tower of 3x3 convolutions over all levels of a neck, with an objectness and a box for each anchor of each place
    (Faster R-CNN, arXiv:1506.01497): all that comes before proposals are chosen. The levels are outputs too, which the
    second step of a detector reads."""

    kind: ClassVar[str] = "rpn"

    anchors: Annotated[int, Field(ge=1)] = 3
    """Anchors at each place."""
    depth: Annotated[int, Field(ge=0)] = 1
    """Convolutions of the tower."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """Scope rpn, laid on each level: conv0, act0, …, cls_logits, bbox_pred. Outputs `objectness.p2`, `deltas.p2`
        and `fpn.p2` of every level."""
        found = proposing(b, sight.levels, self.anchors, self.depth, kit)
        return found | {f"fpn.{name}": level for name, level in sight.levels.items()}
