"""The pre-activation bottleneck block."""

from typing import ClassVar, Literal

from resspec.ir import Builder, Value
from resspec.parts.families import Block, Names, Site, Unit
from resspec.parts.widths import Middle


class PreactBottleneck(Middle, Block):
    """Norm and activation before each of 1x1, 3x3, 1x1, nothing after the addition (arXiv:1603.05027)."""

    kind: ClassVar[str] = "preact-bottleneck"
    preactivated: ClassVar[bool] = True

    stride_on: Literal["3x3", "1x1"] = "3x3"
    """The convolution that carries the stride; the first 1x1 in the authors' released code."""
    skip: Literal["raw", "activated"] = "raw"
    """What an identity shortcut carries on: the block's input, or its activation (RegNetV of timm)."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """bn1, act1, conv1, bn2, act2, conv2, bn3, act3, conv3, downsample, add."""
        outer = self.outer(x.channels, site.width)
        mid, groups = self.inner(outer), self.cardinality(outer)
        b.name_quantities(
            in_channels=x.channels, mid_channels=mid, out_channels=site.width, stride=site.stride, groups=groups
        )
        early, late = (1, site.stride) if self.stride_on == "3x3" else (site.stride, 1)
        a = site.norm.lay(b, "bn1", x, site.act, "act1")
        y = site.conv.lay(b, Names.numbered(1), a, Unit(mid, 1, early))
        y = site.norm.lay(b, "bn2", y, site.act, "act2")
        y = site.convolve(b, Names.numbered(2), y, Unit(mid, 3, late, site.entry_dilation, groups))
        y = site.gated(b, y, x) if self.gate_at == "middle" else y
        y = site.norm.lay(b, "bn3", y, site.act, "act3")
        y = site.conv.lay(b, Names.numbered(3), y, Unit(site.width))
        y = site.gated(b, y, x) if self.gate_at == "end" else y
        return site.join(b, y, site.shortcut.lay(b, x if self.skip == "raw" else a, a, site, None))
