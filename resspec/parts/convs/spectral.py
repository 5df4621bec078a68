"""The convolution with spectral normalisation."""

from dataclasses import replace
from typing import ClassVar, Literal

from resspec.ir import Builder, Value
from resspec.parts.dividing import CONVS, Spectral
from resspec.parts.families import Conv, Names, Unit


class SpectralNormalised(Conv):
    """Each kernel is divided by its largest singular value before use, so that a critic's slope is bounded
    (arXiv:1802.05957)."""

    kind: ClassVar[str] = "spectral"

    bias: bool = True
    """Whether every convolution has a bias, even one before a norm that shifts."""
    keep: Literal["both", "left"] = "both"
    """Which singular vectors are kept: both, which training follows and eval mode uses; or the left one, from which
    every run takes a step of the power method, as in the code of BigGAN's authors."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """Convolution, then what the unit names."""
        unit = replace(unit, biased=True) if self.bias else unit
        spectral: Spectral = "left" if self.keep == "left" else True
        return unit.finished(b, names, b.add(names.conv, CONVS[spectral](*unit.geometry(x)), x))
