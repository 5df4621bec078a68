"""Option B: projections where the shape changes."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.families import Names, Norm, Shortcut, Site, Unit


class Projection(Shortcut):
    """A strided 1x1 convolution and norm where width or stride change, the identity elsewhere (option B of
    arXiv:1512.03385; behind the shared pre-activation and without norm in arXiv:1603.05027)."""

    kind: ClassVar[str] = "projection"

    kernel: Annotated[int, Field(ge=1)] = 1
    """Side of the convolution where the resolution changes; where the width alone does it is 1 (SENet-154)."""
    norm: bool = True
    """Whether a norm follows it, in blocks whose norms follow convolutions."""

    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> Value:
        """downsample.0, downsample.1."""
        if not site.reshapes(raw):
            return raw
        with b.scope("downsample"):
            kernel = self.kernel if site.stride > 1 or site.dilation > 1 else 1
            dilation = site.entry_dilation if kernel > 1 else 1
            unit = Unit(site.width, kernel, site.stride, dilation, norm=norm if self.norm else None)
            return site.conv.lay(b, Names("0", "1"), activated, unit)
