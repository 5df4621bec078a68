"""The convolution with spectral normalisation."""

from dataclasses import replace
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import SpectralConv2d
from resspec.parts.families import Conv, Names, Unit


class SpectralNormalised(Conv):
    """Each kernel is divided by its largest singular value before use, so that a critic's slope is bounded
    (arXiv:1802.05957)."""

    kind: ClassVar[str] = "spectral"

    bias: bool = True
    """Whether every convolution has a bias, even one before a norm that shifts."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """Convolution, then what the unit names."""
        unit = replace(unit, biased=True) if self.bias else unit
        return unit.finished(b, names, b.add(names.conv, SpectralConv2d(*unit.geometry(x)), x))
