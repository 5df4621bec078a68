"""The width rule of RegNets: a few numbers say every stage."""

from __future__ import annotations

import math
from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import Field

from resspec.parts.widths import divisible
from resspec.record import Record

MAX_BLOCKS = 10_000
MAX_WIDTH = 65_536
QUANTUM = 8
"""Widths are multiples of this before they meet the groups."""


class RegNetStages(Record):
    """Widths near the line w0 + wa j: block j is w0 wm^round(log_wm(1 + wa j / w0)) wide, rounded to a multiple of 8,
    and blocks of one width form a stage (arXiv:2003.13678, section 3.3)."""

    depth: Annotated[int, Field(ge=1, le=MAX_BLOCKS)]
    """Number of blocks."""
    w0: Annotated[int, Field(ge=QUANTUM, le=MAX_WIDTH, multiple_of=QUANTUM)]
    """Width of the first block."""
    wa: Annotated[float, Field(ge=0, le=MAX_WIDTH)]
    """Slope: channels gained per block."""
    wm: Annotated[float, Field(gt=1, le=MAX_WIDTH)]
    """Factor between the widths of neighbouring stages."""
    group_size: Annotated[int, Field(ge=1)]
    """Channels per group of the 3x3 convolutions; at most the middle width."""
    ratio: Annotated[float, Field(gt=0, le=MAX_WIDTH)] = 1.0
    """Middle width as a share of the output width."""
    stride: Annotated[int, Field(ge=1)] = 2
    """Stride of every stage."""
    rounding: Literal["nearest", "divisible"] = "nearest"
    """How middle widths become multiples of their group size: to the nearest, halves to even (the authors, timm), or
    halves up and never below 0.9 of the width (torchvision)."""

    def stages(self) -> list[dict[str, Any]]:
        """The stages as a spec would list them."""
        depths = Counter(self._width(place) for place in range(self.depth))
        return [self._stage(width, depth) for width, depth in depths.items()]

    def _width(self, place: int) -> int:
        """The width of a block before it meets the groups."""
        power = round(math.log(1 + self.wa * place / self.w0) / math.log(self.wm))
        return round(self.w0 * self.wm**power / QUANTUM) * QUANTUM

    def _stage(self, width: int, depth: int) -> dict[str, Any]:
        """A stage whose middle width is a whole number of groups."""
        middle = max(1, int(width * self.ratio))
        size = min(self.group_size, middle)
        middle = round(middle / size) * size if self.rounding == "nearest" else divisible(middle, size)
        block = {"ratio": self.ratio, "group_size": size}
        return {"depth": depth, "width": int(middle / self.ratio), "stride": self.stride, "block": block}
