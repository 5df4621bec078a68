"""Layer normalisation."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import LayerNorm2d
from resspec.parts.families import Act, Norm


class LayerNorm(Norm):
    """Normalisation over the channels of each place (arXiv:1607.06450), as ConvNeXt has it (arXiv:2201.03545)."""

    kind: ClassVar[str] = "layer"

    eps: Annotated[float, Field(gt=0)] = 1e-6
    """Added to the variance."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """Norm, then activation."""
        y = b.add(name, LayerNorm2d(x.channels, self.eps, zero_init), x)
        return act.lay(b, act_name, y) if act else y
