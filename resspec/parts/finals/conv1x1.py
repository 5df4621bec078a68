"""A wide 1x1 convolution before the head."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Act, Conv, Final, Names, Norm, Unit


class FinalConv(Final):
    """A 1x1 convolution, norm and activation that set the width the head reads (GENet, arXiv:2006.14090)."""

    kind: ClassVar[str] = "conv1x1"

    width: Annotated[int, Field(ge=1)] = 1280
    """Output channels."""

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """final_conv, final_bn, final_act."""
        names = Names("final_conv", "final_bn", "final_act")
        return conv.lay(b, names, x, Unit(self.width, norm=norm, act=act))
