"""The classifier with a hidden layer."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Dropout, Flatten, GlobalAvgPool, Linear
from resspec.parts.base import part_field
from resspec.parts.families import Act, Head, Norm


class MlpHead(Head):
    """Global average pooling, norm, and two linear layers with an activation between them."""

    kind: ClassVar[str] = "mlp"

    classes: Annotated[int, Field(ge=0)] = 1000
    """Number of classes; 0 leaves the hidden features."""
    hidden: Annotated[int, Field(ge=1)] = 1024
    """Width of the hidden layer."""
    norm: Annotated[Norm, part_field(Norm)] = Field(default_factory=lambda: Norm.read("batch"))
    """Normalisation of the pooled features."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("relu"))
    """Activation of the hidden layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping a hidden feature in training."""

    def lay(self, b: Builder, x: Value) -> Value:
        """(C, H, W) -> (classes,), or (hidden,) without classes."""
        x = self.norm.lay(b, "head_norm", b.add("avgpool", GlobalAvgPool(), x), None, "")
        x = b.add("flatten", Flatten(), x)
        x = self.act.lay(b, "head_act", b.add("head_fc", Linear(x.channels, self.hidden), x))
        if self.classes == 0:
            return x
        if self.dropout > 0:
            x = b.add("drop", Dropout(self.dropout), x)
        return b.add("fc", Linear(self.hidden, self.classes), x)
