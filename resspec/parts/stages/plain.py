"""The plain stage."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Lay, Site, Stage


class PlainStage(Stage):
    """Blocks in a row; the first carries the stride and the change of width (arXiv:1512.03385)."""

    kind: ClassVar[str] = "plain"

    def block_site(self, site: Site, place: int) -> Site:
        """The stage's site for the first block; the others keep resolution and width."""
        return site if place == 0 else replace(site, stride=1, entry_dilation=site.dilation, first=False)

    def lay(self, b: Builder, x: Value, site: Site, blocks: Sequence[Lay]) -> Value:
        """One after the other."""
        for block in blocks:
            x = block(x)
        return x
