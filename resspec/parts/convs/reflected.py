"""The convolution with mirrored borders."""

from dataclasses import replace
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d, ReflectPad
from resspec.parts.families import Conv, Names, Unit


class Reflected(Conv):
    """A convolution that reads beyond the border what is mirrored there, not zeros: what networks that make images
    use against frames round their images (arXiv:1603.08155, arXiv:1703.10593)."""

    kind: ClassVar[str] = "reflect"

    strided: bool = True
    """Whether convolutions with a stride do so too; else they read zeros."""
    bias: bool = False
    """Whether every convolution has a bias, even one before a norm that shifts."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """CONV_pad, convolution, then what the unit names."""
        unit = replace(unit, biased=True) if self.bias else unit
        conv = Conv2d(*unit.geometry(x))
        if unit.padding and (unit.stride == 1 or self.strided):
            conv, x = replace(conv, padding=0), b.add(f"{names.conv}_pad", ReflectPad(unit.padding), x)
        return unit.finished(b, names, b.add(names.conv, conv, x))
