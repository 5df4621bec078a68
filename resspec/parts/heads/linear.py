"""The classifier."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AddInner, Dropout, Flatten, GlobalAvgPool, GlobalSum
from resspec.parts.conditioning import conditioned, projected
from resspec.parts.dividing import LINEARS, TABLES, Spectral
from resspec.parts.families import Head


class LinearHead(Head):
    """Global average pooling and one linear layer; critics sum in place of the mean (arXiv:1802.05957)."""

    kind: ClassVar[str] = "linear"

    classes: Annotated[int, Field(ge=0)] = 1000
    """Number of classes; 0 leaves the pooled features."""
    reduce: Literal["mean", "sum"] = "mean"
    """What is made of the map's places."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping a pooled feature in training."""

    bias: bool = True
    """Whether the linear layer has a bias."""
    spectral: Spectral = False
    """Whether its matrix is divided by its largest singular value (arXiv:1802.05957); with `left` a step of the power
    method finds it in every run."""
    projection: bool = False
    """Whether the inner product of the features with a vector of what the net is told is added, as in critics of
    classes (arXiv:1802.05637)."""

    def lay(self, b: Builder, x: Value) -> Value:
        """(C, H, W) -> (classes,), or (C,) without classes."""
        if self.reduce == "sum":
            x = b.add("sumpool", GlobalSum(), x)
        else:
            x = b.add("flatten", Flatten(), b.add("avgpool", GlobalAvgPool(), x))
        if self.classes == 0:
            return x
        if self.dropout > 0:
            x = b.add("drop", Dropout(self.dropout), x)
        y = b.add("fc", LINEARS[self.spectral](x.channels, self.classes, self.bias), x)
        if not self.projection:
            return y
        given = conditioned(b, "told")
        if given.below:
            vector = b.add("told", TABLES[self.spectral](given.below, x.channels), given.value)
        else:
            vector = projected(b, "told", x.channels)
        return b.add("score", AddInner(), y, x, vector)
