"""The cross-stage-partial stage."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat, Split
from resspec.parts.families import Lay, Names, Site, Stage, Unit
from resspec.parts.widths import scaled


class CrossStage(Stage):
    """One half of the channels passes the blocks, the other goes round them; both meet in a last convolution
    (arXiv:1911.11929). A convolution of its own lowers the resolution, so no block does."""

    kind: ClassVar[str] = "csp"
    title: ClassVar[str] = "CrossStage"

    expand_ratio: Annotated[float, Field(gt=0)] = 1.0
    """Width that is split in halves, as a share of the stage's."""
    block_ratio: Annotated[float, Field(gt=0)] = 0.5
    """Width of the blocks, as a share of the stage's."""
    linear: bool = False
    """Whether the map is split before any activation."""
    groups: Annotated[int, Field(ge=1)] = 1
    """Groups of the 3x3 convolution that lowers the resolution."""

    def block_site(self, site: Site, place: int) -> Site:
        """Blocks of one width, which keep the resolution."""
        width = scaled(site.width, self.block_ratio)
        return replace(site, width=width, stride=1, entry_dilation=site.dilation, first=place == 0)

    def lay(self, b: Builder, x: Value, site: Site, blocks: Sequence[Lay]) -> Value:
        """conv_down, conv_exp, the halves, blocks, conv_transition_b, concat, conv_transition."""
        half = max(1, scaled(site.width, self.expand_ratio) // 2)
        b.name_quantities(in_channels=x.channels, out_channels=site.width, half_channels=half, split_channels=2 * half)
        unit = Unit(site.width, norm=site.norm, act=site.act)
        if site.stride != 1 or site.entry_dilation != site.dilation:
            down = Unit(x.channels, 3, site.stride, site.entry_dilation, self.groups, site.norm, site.act)
            x = site.convolve(b, named("down"), x, down)
        x = site.conv.lay(b, named("exp"), x, replace(unit, width=2 * half, act=None if self.linear else site.act))
        past = b.add("past", Split(2, 0), x)
        y = b.add("split", Split(2, 1), x)
        with b.scope("blocks", Stage.title, self.family):
            for block in blocks:
                y = block(y)
        y = site.conv.lay(b, named("transition_b"), y, replace(unit, width=half))
        y = b.add("concat", Concat(2), past, y)
        return site.conv.lay(b, named("transition"), y, unit)


def named(role: str) -> Names:
    """conv_ROLE, bn_ROLE, act_ROLE."""
    return Names(f"conv_{role}", f"bn_{role}", f"act_{role}")
