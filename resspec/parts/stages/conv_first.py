"""The stage that begins with a convolution."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Lay, Names, Site, Stage, Unit


class ConvFirst(Stage):
    """A bare 3x3 convolution where width or resolution change, which carries both, and blocks that keep them behind it
    (SegResNet, arXiv:1810.11654)."""

    kind: ClassVar[str] = "conv-first"
    title: ClassVar[str] = "ConvFirstStage"

    def block_site(self, site: Site, place: int) -> Site:
        """Blocks of one width, which keep the resolution."""
        return replace(site, stride=1, entry_dilation=site.dilation, first=place == 0)

    def lay(self, b: Builder, x: Value, site: Site, blocks: Sequence[Lay]) -> Value:
        """conv, blocks."""
        b.name_quantities(in_channels=x.channels, out_channels=site.width, stride=site.stride)
        if site.reshapes(x):
            x = site.convolve(b, Names("conv", "bn"), x, Unit(site.width, 3, site.stride, site.entry_dilation))
        with b.scope("blocks", Stage.title, self.family):
            for block in blocks:
                x = block(x)
        return x
