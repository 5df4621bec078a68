"""The weight-standardised convolution."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import StdConv2d
from resspec.parts.families import Conv, Names, Unit


class WeightStandardised(Conv):
    """Each filter is brought to mean 0 and variance 1 before use (arXiv:1903.10520); with group norm, the convolution
    of Big Transfer (arXiv:1912.11370)."""

    kind: ClassVar[str] = "ws"

    eps: Annotated[float, Field(gt=0)] = 1e-6
    """Added to the variance of a filter."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """Convolution, then what the unit names."""
        conv = StdConv2d(*unit.geometry(x), eps=self.eps)
        return unit.finished(b, names, b.add(names.conv, conv, x))
