"""Key points of a region."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import TransposedConv2d, Upsample
from resspec.parts.dense import Heads, Kit, Sight


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
        x = sight.alone(self.kind)
        x = b.add("heatmaps", TransposedConv2d(x.channels, self.classes, 4, 2, 1), x)
        return {"output": b.add("up", Upsample("bilinear", factor=self.scale), x) if self.scale > 1 else x}
