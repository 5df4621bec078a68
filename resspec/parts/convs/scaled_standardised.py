"""The scaled weight-standardised convolution."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import ScaledStdConv2d
from resspec.parts.families import Conv, Names, Unit


class ScaledWeightStandardised(Conv):
    """Each filter is brought to mean 0 and variance (gamma gain)² / fan-in, its gain learned, so that nets without
    norms keep the variance of their maps (arXiv:2101.08692)."""

    kind: ClassVar[str] = "scaled-ws"

    gamma: Annotated[float, Field(gt=0)] = 1.0
    """What makes up for the activation: 1 / sqrt(variance of the activated unit normal); 1.7139588594436646 for
    ReLU."""
    eps: Annotated[float, Field(gt=0)] = 1e-6
    """Added to the variance of a filter."""
    bias: bool = True
    """Whether every convolution has a bias of its own."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """Convolution, then what the unit names."""
        conv = ScaledStdConv2d(*unit.geometry(x), gamma=self.gamma, eps=self.eps)
        conv = replace(conv, bias=self.bias or unit.bias)
        return unit.finished(b, names, b.add(names.conv, conv, x))
