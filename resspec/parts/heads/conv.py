"""The convolutional classifier."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d, Dropout, Flatten, GlobalAvgPool
from resspec.parts.families import Head


class ConvHead(Head):
    """Global average pooling and one 1x1 convolution with bias: the linear layer of Big Transfer (arXiv:1912.11370),
    whose weight is (classes, C, 1, 1)."""

    kind: ClassVar[str] = "conv"

    classes: Annotated[int, Field(ge=0)] = 1000
    """Number of classes; 0 leaves the pooled features."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping a pooled feature in training."""

    def lay(self, b: Builder, x: Value) -> Value:
        """(C, H, W) -> (classes,), or (C,) without classes."""
        x = b.add("avgpool", GlobalAvgPool(), x)
        if self.classes > 0:
            if self.dropout > 0:
                x = b.add("drop", Dropout(self.dropout), x)
            x = b.add("fc", Conv2d(x.channels, self.classes, bias=True), x)
        return b.add("flatten", Flatten(), x)
