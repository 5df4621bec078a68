"""The multi-branch convolution."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, Conv2d
from resspec.parts.families import Conv, Names, Unit


class MultiBranch(Conv):
    """The sum of k x k convolutions, a 1x1 convolution and the identity, each with a norm of its own: linear, so that
    it can be fused into one convolution once it is trained (RepVGG, arXiv:2101.03697; MobileOne, arXiv:2206.04040)."""

    kind: ClassVar[str] = "multi-branch"

    branches: Annotated[int, Field(ge=1)] = 1
    """Number of k x k convolutions."""

    def lay(self, b: Builder, names: Names, x: Value, unit: Unit) -> Value:
        """In a scope: identity, conv0, bn0 and so on, conv_1x1, bn_1x1, and their sums; then the activation."""
        linear = replace(unit, act=None)
        with b.scope(names.conv, "MultiBranch", self.kind, self.about()):
            b.name_quantities(in_channels=x.channels, out_channels=unit.width, stride=unit.stride, groups=unit.groups)
            terms = [x if unit.norm is None else unit.norm.lay(b, "identity", x, None, "")] if keeps(x, unit) else []
            terms += [convolved(b, str(place), x, linear) for place in range(self.branches)]
            if unit.kernel > 1:
                terms.append(convolved(b, "_1x1", x, replace(linear, kernel=1, dilation=1)))
            y, *others = terms
            for place, term in enumerate(others):
                y = b.add(f"add{place}", Add(), y, term)
        return unit.act.lay(b, names.act, y) if unit.act else y


def keeps(x: Value, unit: Unit) -> bool:
    """Whether a unit keeps the shape of its input, so that the input can be added."""
    return unit.stride == 1 and x.channels == unit.width


def convolved(b: Builder, place: str, x: Value, unit: Unit) -> Value:
    """One branch."""
    return unit.finished(b, Names("conv" + place, "bn" + place), b.add("conv" + place, Conv2d(*unit.geometry(x)), x))
