"""Option C: projections everywhere."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Names, Norm, Shortcut, Site, Unit


class ProjectionAll(Shortcut):
    """A 1x1 convolution and norm on every shortcut (option C of arXiv:1512.03385)."""

    kind: ClassVar[str] = "projection-all"

    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> Value:
        """downsample.0, downsample.1."""
        with b.scope("downsample"):
            return site.conv.lay(b, Names("0", "1"), activated, Unit(site.width, 1, site.stride, norm=norm))
