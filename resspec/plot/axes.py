"""Scales of a drawing: from figures to positions, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDE = 20.0
"""Ratio of largest to smallest figure from which a scale is logarithmic."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps [low, high] to positions [start, end]; logarithmic where asked."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The position of a figure; figures outside go to the edge."""
        inside = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            share = (inside - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, count: int) -> list[float]:
        """About `count` round figures inside."""
        if self.log:
            exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            found = [step * 10.0**exponent for exponent in exponents for step in (1, 2, 5)]
        else:
            step = round_step((self.high - self.low) / count)
            first = math.ceil(self.low / step)
            found = [step * i for i in range(first, math.floor(self.high / step + 1e-9) + 1)]
        return [tick for tick in found if self.low <= tick <= self.high * (1 + 1e-9)]


def round_step(size: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `size`."""
    power = 10.0 ** math.floor(math.log10(size))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= size * (1 - 1e-9))


def axis_over(values: Sequence[float], start: float, end: float, margin: float = 0.06) -> Axis:
    """An axis over all values, with a margin on both sides."""
    low, high = min(values), max(values)
    if low > 0 and high / low > WIDE:
        room = (high / low) ** margin
        return Axis(low / room, high * room, start, end, log=True)
    room = (high - low) * margin or abs(high) * margin or 1.0
    return Axis(low - room, high + room, start, end)
