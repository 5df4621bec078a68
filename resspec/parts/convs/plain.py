"""The ordinary convolution."""

from dataclasses import replace
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d
from resspec.parts.families import Conv, Names, Unit


class Plain(Conv):
    """Convolution, norm, activation."""

    kind: ClassVar[str] = "plain"

    bias: bool | None = None
    """Whether every convolution has a bias, even one before a norm that shifts; by default those that need one."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """Convolution, then what the unit names."""
        conv = Conv2d(*unit.geometry(x))
        conv = conv if self.bias is None else replace(conv, bias=self.bias)
        return unit.finished(b, names, b.add(names.conv, conv, x))
