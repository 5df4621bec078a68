"""The key points of a region."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from resspec.ir import Builder, Value
from resspec.parts.dense import Kit, Region, Width
from resspec.parts.towers import pointed
from resspec.record import Listed


class RegionKeypoints(Region):
    """Convolutions on a region's map, a transposed one of kernel 4 to a map for each key point, and their enlargement
    by interpolation (Mask R-CNN, arXiv:1703.06870, section 5)."""

    kind: ClassVar[str] = "keypoints"

    size: Width = 14
    """Side of the map that a box cuts out."""
    widths: Annotated[tuple[Width, ...], Listed] = (512,) * 8
    """Channels of the 3x3 convolutions on it."""
    points: Width = 17
    """Number of key points."""
    scale: Width = 2
    """By how much the maps are enlarged at last."""

    def lay(self, b: Builder, x: Value, classes: int, kit: Kit) -> Mapping[str, Value]:
        """conv0, bn0, conv0_act, …; heatmaps, up. The output `keypoints` (points, 2 scale size, 2 scale size)."""
        return {"keypoints": pointed(b, self.convolved(b, x, kit), self.points, self.scale)}
