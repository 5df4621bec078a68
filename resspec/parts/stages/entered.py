"""The stage of diffusion models: a convolution, then blocks that keep the resolution."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from resspec.ir import Builder, Value
from resspec.ir.ops import PadMap
from resspec.parts.families import Lay, Names, Site, Stage, Unit


class EnteredStage(Stage):
    """Where there is a stride, a 3x3 convolution lowers the resolution and keeps the width; then blocks in a row
    (arXiv:2006.11239). The map between is one that a decoder may read: `layer2.down`."""

    kind: ClassVar[str] = "entered"
    title: ClassVar[str] = "EnteredStage"

    pad: Literal["around", "behind"] = "around"
    """Where the convolution's zeros stand: on all sides, or below and right of the map alone, one less."""

    def marks(self, site: Site) -> tuple[str, ...]:
        """`down`, the convolution before the blocks, where there is one."""
        return ("down",) if site.stride != 1 else ()

    def block_site(self, site: Site, place: int) -> Site:
        """Blocks that keep the resolution; the first may change the width."""
        return replace(site, stride=1, entry_dilation=site.dilation, first=place == 0)

    def lay(self, b: Builder, x: Value, site: Site, blocks: Sequence[Lay]) -> Value:
        """padded, down; blocks."""
        if self.marks(site):
            unit = Unit(x.channels, 3, site.stride)
            if self.pad == "behind":
                unit = replace(unit, flush=True)
                x = b.add("padded", PadMap(0, 1), x)
            x = site.conv.lay(b, Names("down", "bn_down"), x, unit)
            b.mark(f"{b.prefix}down", x)
        with b.scope("blocks", Stage.title, self.family):
            for block in blocks:
                x = block(x)
        return x
