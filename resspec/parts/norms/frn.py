"""Filter response normalisation."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import FilterResponseNorm
from resspec.parts.families import Act, Norm


class FilterResponse(Norm):
    """x / sqrt(mean(x²)) over each channel's map, scaled and shifted; a learned threshold takes the place of the
    activation (arXiv:1911.09737)."""

    kind: ClassVar[str] = "frn"

    eps: Annotated[float, Field(gt=0)] = 1e-5
    """Added to the mean square."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """One op, with the threshold where there would be an activation."""
        return b.add(name, FilterResponseNorm(x.channels, self.eps, act is not None, zero_init), x)
