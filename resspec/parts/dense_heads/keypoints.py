"""Key points of a region."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.dense import Heads, Kit, Sight
from resspec.parts.towers import pointed


class Keypoints(Heads):
    """A transposed convolution of kernel 4 to one map per key point, and their enlargement by interpolation
    (Mask R-CNN, arXiv:1703.06870)."""

    kind: ClassVar[str] = "keypoints"

    classes: Annotated[int, Field(ge=1)] = 17
    """Number of key points."""
    scale: Annotated[int, Field(ge=1)] = 2
    """By how much the maps are enlarged at last."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """heatmaps, up; the output `output`."""
        return {"output": pointed(b, sight.alone(self.kind), self.classes, self.scale)}
