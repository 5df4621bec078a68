"""The decoder of fully convolutional networks."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Dropout
from resspec.parts.dense import Decoder, Kit, Width


class FullyConvolutional(Decoder):
    """One 3x3 convolution with norm and activation on the last map, and dropout (arXiv:1411.4038)."""

    kind: ClassVar[str] = "fcn"

    width: Width | None = None
    """Output channels; by default a quarter of the map's."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Probability of dropping an element in training."""

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """conv1, bn1, act1, drop."""
        x = kit.finished(b, 1, maps[-1], self.width or max(1, maps[-1].channels // 4))
        return b.add("drop", Dropout(self.dropout), x) if self.dropout > 0 else x
