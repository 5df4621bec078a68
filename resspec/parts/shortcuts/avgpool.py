"""Option D: average pooling before the projection."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import AvgPool2d, PadMap
from resspec.parts.families import Names, Norm, Shortcut, Site, Unit


class AvgPoolShortcut(Shortcut):
    """Average pooling for the stride, then a 1x1 convolution and norm, where width or stride change (ResNet-D,
    arXiv:1812.01187)."""

    kind: ClassVar[str] = "avgpool"

    def lay(self, b: Builder, raw: Value, activated: Value, site: Site, norm: Norm | None) -> Value:
        """downsample.0 (the pool, absent at stride 1 unless an output stride made it 1), downsample.1, downsample.2."""
        if not site.reshapes(raw):
            return raw
        with b.scope("downsample"):
            x = activated
            if site.stride > 1:
                x = b.add("0", AvgPool2d(site.stride, site.stride, ceil=True, count_padding=False), x)
            elif site.dilation > 1:
                with b.scope("0", "PaddedPool", self.kind, "The mean over 2x2 windows that keeps the map's size."):
                    x = b.add("pool", AvgPool2d(2, 1), b.add("pad", PadMap(0, 1), x))
            return site.conv.lay(b, Names("1", "2"), x, Unit(site.width, norm=norm))
