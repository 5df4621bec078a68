"""The classifier."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Dropout, Flatten, GlobalAvgPool, Linear
from resspec.parts.families import Head


class LinearHead(Head):
    """Global average pooling and one linear layer."""

    kind: ClassVar[str] = "linear"

    classes: Annotated[int, Field(ge=0)] = 1000
    """Number of classes; 0 leaves the pooled features."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping a pooled feature in training."""

    def lay(self, b: Builder, x: Value) -> Value:
        """(C, H, W) -> (classes,), or (C,) without classes."""
        x = b.add("flatten", Flatten(), b.add("avgpool", GlobalAvgPool(), x))
        if self.classes == 0:
            return x
        if self.dropout > 0:
            x = b.add("drop", Dropout(self.dropout), x)
        return b.add("fc", Linear(x.channels, self.classes), x)
