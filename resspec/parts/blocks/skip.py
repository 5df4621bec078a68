"""The block that is not there."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit


class Skip(Block):
    """x where the shape stays, else a strided 1x1 convolution and norm: the identity among the choices of a search for
    depth (NAS-Bench-Macro, arXiv:2103.11922). Nets that differ in where they skip only are the same."""

    kind: ClassVar[str] = "skip"

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """downsample.0, downsample.1, or nothing."""
        if not site.reshapes(x):
            return x
        b.name_quantities(in_channels=x.channels, out_channels=site.width, stride=site.stride)
        with b.scope("downsample"):
            return site.conv.lay(b, Names("0", "1"), x, Unit(site.width, 1, site.stride, norm=site.norm))
