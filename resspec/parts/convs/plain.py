"""The ordinary convolution."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d
from resspec.parts.families import Conv, Names, Unit


class Plain(Conv):
    """Convolution, norm, activation."""

    kind: ClassVar[str] = "plain"

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """Convolution, then what the unit names."""
        conv = Conv2d(
            x.channels, unit.width, unit.kernel, unit.stride, unit.padding, unit.dilation, unit.groups, unit.bias
        )
        y = b.add(names.conv, conv, x)
        if unit.norm:
            return unit.norm.lay(b, names.norm, y, unit.act, names.act, unit.zero_init)
        return unit.act.lay(b, names.act, y) if unit.act else y
