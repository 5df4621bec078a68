"""The residual block of diffusion models."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AddVector, Dropout, Modulate
from resspec.parts.conditioning import projected
from resspec.parts.families import Block, Names, Site, Unit


class ConditionalBlock(Block):
    """Norm, activation, 3x3 convolution, plus a vector made of the condition, norm, activation, 3x3 convolution; where
    the width changes the raw input goes through a 1x1 convolution (arXiv:2006.11239). `modulate: scale` puts a scale
    and a shift behind the second norm in place of the sum (arXiv:2102.09672)."""

    kind: ClassVar[str] = "conditional"
    preactivated: ClassVar[bool] = True

    modulate: Literal["add", "scale"] = "add"
    """What the condition does: it is added before the second norm, or scales and shifts behind it."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping an element before the second convolution in training."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """bn1, act1, conv1, cond, told, bn2, act2, drop, conv2, conv_sc, add."""
        b.name_quantities(in_channels=x.channels, out_channels=site.width, stride=site.stride)
        y = site.norm.lay(b, "bn1", x, site.act, "act1")
        y = site.convolve(b, Names.numbered(1), y, Unit(site.width, 3, site.stride, site.entry_dilation))
        if self.modulate == "add":
            y = b.add("told", AddVector(), y, projected(b, "cond", site.width, site.act))
            y = site.norm.lay(b, "bn2", y, site.act, "act2")
        else:
            by = projected(b, "cond", 2 * site.width, site.act)
            y = b.add("told", Modulate(), site.norm.lay(b, "bn2", y, None, "act2"), by)
            y = site.act.lay(b, "act2", y)
        if self.dropout > 0:
            y = b.add("drop", Dropout(self.dropout), y)
        y = site.gated(b, site.conv.lay(b, Names.numbered(2), y, Unit(site.width, 3, 1, site.dilation)), x)
        if not site.shortcut.exists(x, site):
            return y
        skip = x
        if site.reshapes(x):
            skip = site.conv.lay(b, Names("conv_sc", "bn_sc"), x, Unit(site.width, 1, site.stride))
        return site.join(b, y, skip)
