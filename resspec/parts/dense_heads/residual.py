"""The classifier of places behind residual units."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add
from resspec.parts.dense import Heads, Kit, Sight, doubled, predictor


class Residual(Heads):
    """A transposed convolution to classes that doubles the decoder's map, norm and activation, and a 3x3 convolution
    that is added to its input (doi:10.1007/978-3-030-12029-0_40)."""

    kind: ClassVar[str] = "residual"

    classes: Annotated[int, Field(ge=1)] = 21
    """Number of classes."""

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """up, bn, act, classifier, add; the output `output`."""
        x = doubled(b, kit, sight.alone(self.kind), self.classes)
        return {"output": b.add("add", Add(), predictor(b, "classifier", x, self.classes, 3), x)}
