"""The residual group."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import Add
from resspec.parts.families import Lay, Names, Site, Stage, Unit


class ResidualGroup(Stage):
    """Blocks in a row and a 3x3 convolution, added to what the stage was given: residuals in a residual
    (arXiv:1807.02758)."""

    kind: ClassVar[str] = "group"
    title: ClassVar[str] = "ResidualGroup"

    def block_site(self, site: Site, place: int) -> Site:
        """The stage's site for the first block; the others keep resolution and width."""
        return site if place == 0 else replace(site, stride=1, entry_dilation=site.dilation, first=False)

    def lay(self, b: Builder, x: Value, site: Site, blocks: Sequence[Lay]) -> Value:
        """blocks, conv, bn, downsample, add."""
        b.name_quantities(in_channels=x.channels, out_channels=site.width, stride=site.stride)
        y = x
        with b.scope("blocks", Stage.title, self.family):
            for block in blocks:
                y = block(y)
        y = site.conv.lay(b, Names("conv", "bn"), y, Unit(site.width, 3, dilation=site.dilation, norm=site.norm))
        skip = site.shortcut.lay(b, x, x, site, site.norm)
        return y if skip is None else b.add("add", Add(), y, skip)
