"""Convolutions of the bare input on every shortcut."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Names, Norm, Shortcut, Site, Unit


class ConvShortcut(Shortcut):
    """A convolution of the block's input and norm on every shortcut, in pre-activation blocks too (the deep residual
    U-Net, arXiv:1711.10684)."""

    kind: ClassVar[str] = "conv"

    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the convolution's kernel, odd."""
    norm: bool = True
    """Whether a norm follows it."""

    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> Value:
        """downsample.0, downsample.1."""
        dilation = site.entry_dilation if self.kernel > 1 else 1
        unit = Unit(site.width, self.kernel, site.stride, dilation, norm=site.norm if self.norm else None)
        with b.scope("downsample"):
            return site.conv.lay(b, Names("0", "1"), raw, unit)
