"""The multi-scale bottleneck block."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Add, AvgPool2d, Concat, Split
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import Middle


class Res2Net(Middle, Block):
    """1x1 down, the map in splits, each but the last behind a 3x3 of its own that also reads the split before, 1x1 up
    (arXiv:1904.01169). Where the block changes shape the splits stand side by side, and the last one is averaged."""

    kind: ClassVar[str] = "res2net"

    scale: Annotated[int, Field(ge=2)] = 4
    """Number of splits; the middle width is that of one split."""
    zero_init: bool = False
    """Start the last norm's scale at 0, so that the block starts as the identity (arXiv:1706.02677)."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """conv1, bn1, act1, conv2_0, bn2_0, act2_0, conv2_1, …, conv3, bn3, downsample, add, act3."""
        outer = self.outer(x.channels, site.width)
        width, groups = self.inner(outer), self.cardinality(outer)
        zero_init = self.zero_init and site.shortcut.exists(x, site)
        b.name_quantities(
            in_channels=x.channels,
            mid_channels=width * self.scale,
            split_channels=width,
            out_channels=site.width,
            stride=site.stride,
        )
        y = site.conv.lay(b, Names.numbered(1), x, Unit(width * self.scale, norm=site.norm, act=site.act))
        y = b.add("concat", Concat(self.scale), *self.splits(b, y, site, groups, parallel=site.reshapes(x)))
        y = site.gated(b, y, x) if self.gate_at == "middle" else y
        y = site.conv.lay(b, Names.numbered(3), y, Unit(site.width, norm=site.norm, zero_init=zero_init))
        y = site.gated(b, y, x) if self.gate_at == "end" else y
        y = site.join(b, y, site.shortcut.lay(b, x, x, site, site.norm))
        return site.act.lay(b, "act3", y)

    def splits(self, b: Builder, x: Value, site: Site, groups: int, parallel: bool) -> list[Value]:
        """The splits of `x`, convolved in a cascade or in parallel; the last one is passed on."""
        unit = Unit(x.channels // self.scale, 3, site.stride, site.entry_dilation, groups, site.norm, site.act)
        ends: list[Value] = []
        for place in range(self.scale - 1):
            y = b.add(f"split{place}", Split(self.scale, place), x)
            if ends and not parallel:
                y = b.add(f"cascade{place}", Add(), ends[-1], y)
            names = Names(f"conv2_{place}", f"bn2_{place}", f"act2_{place}")
            ends.append(site.convolve(b, names, y, unit))
        last = b.add(f"split{self.scale - 1}", Split(self.scale, self.scale - 1), x)
        return [*ends, b.add("pool", AvgPool2d(3, site.stride, 1), last) if parallel else last]
