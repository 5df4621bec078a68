"""The stage whose input is gated."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Lay, Site, Stage


class GateFirst(Stage):
    """The gate acts once, on what the stage is given, and not in its blocks (ResUNet++, arXiv:1911.07067)."""

    kind: ClassVar[str] = "gate-first"
    title: ClassVar[str] = "GateFirstStage"

    def block_site(self, site: Site, place: int) -> Site:
        """The stage's site for the first block, the others keep resolution and width; none has a gate."""
        site = replace(site, gate=None)
        return site if place == 0 else replace(site, stride=1, entry_dilation=site.dilation, first=False)

    def lay(self, b: Builder, x: Value, site: Site, blocks: Sequence[Lay]) -> Value:
        """The gate; blocks."""
        b.name_quantities(in_channels=x.channels, out_channels=site.width, stride=site.stride)
        x = site.gated(b, x, x)
        with b.scope("blocks", Stage.title, self.family):
            for block in blocks:
                x = block(x)
        return x
