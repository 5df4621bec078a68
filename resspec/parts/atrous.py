"""Atrous spatial pyramid pooling, which several decoders begin with (arXiv:1706.05587)."""

from __future__ import annotations

from dataclasses import dataclass

from resspec.ir import Builder, Value
from resspec.ir.ops import Concat, Conv2d, Dropout, GlobalAvgPool
from resspec.parts.dense import Kit, placed, resized
from resspec.parts.families import Names, Unit


def separable(b: Builder, kit: Kit, number: int, x: Value, width: int, dilation: int = 1) -> Value:
    """A depthwise 3x3 and a 1x1 convolution with nothing between them, then norm and activation."""
    channels = x.channels
    depth = Conv2d(channels, channels, 3, padding=dilation, dilation=dilation, groups=channels)
    return kit.finished(b, number, b.add(f"depth{number}", depth, x), width, 1)


@dataclass(frozen=True, slots=True)
class Pyramid:
    """A 1x1 convolution, 3x3 convolutions of several dilations (separable ones where `separate`) and the mean of the
    map side by side, each with norm and activation; a 1x1 convolution over all of them, and dropout."""

    width: int
    rates: tuple[int, ...]
    dropout: float
    separate: bool = False

    def lay(self, b: Builder, x: Value, kit: Kit) -> Value:
        """In the scope aspp: branches 0, 1, …, cat, project."""
        with placed(b, "aspp", "Pyramid", " ".join((type(self).__doc__ or "").split())):
            branches = [kit.finished(b, 0, x, self.width, 1)]
            for number, rate in enumerate(self.rates, start=1):
                if self.separate:
                    branches.append(separable(b, kit, number, x, self.width, rate))
                else:
                    branches.append(kit.finished(b, number, x, self.width, 3, rate))
            mean = b.add("pool", GlobalAvgPool(), x)
            mean = kit.finished(b, len(self.rates) + 1, mean, self.width, 1)
            branches.append(resized(b, "up", mean, x))
            names = Names("project", "project_bn", "project_act")
            y = kit.unit(
                b, names, b.add("cat", Concat(len(branches)), *branches), Unit(self.width, norm=kit.norm, act=kit.act)
            )
            return b.add("drop", Dropout(self.dropout), y) if self.dropout > 0 else y
