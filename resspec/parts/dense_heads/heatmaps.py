"""A map for each key point."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.dense import Heads, Kit, Sight, predictor


class Heatmaps(Heads):
    """A convolution to one map per key point, at the size of the decoder's map (arXiv:1804.06208)."""

    kind: ClassVar[str] = "heatmaps"

    classes: Annotated[int, Field(ge=1)] = 17
    """Number of key points, or of classes whose centres are looked for."""
    kernel: Annotated[int, Field(ge=1)] = 1
    """Side of the convolution's kernel, odd."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """heatmaps; the output `output`."""
        return {"output": predictor(b, "heatmaps", sight.alone(self.kind), self.classes, self.kernel)}
