"""What several timings of one thing say: their median and how far they lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Self


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles of seconds over so many rounds."""

    median: float
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """The spread of one or more timings."""
        low, _, high = quantiles(seconds, n=4, method="inclusive") if len(seconds) > 1 else (seconds[0],) * 3
        return cls(median(seconds), low, high, len(seconds))

    @property
    def interquartile(self) -> float:
        """The width of the middle half."""
        return self.high - self.low

    def to_dict(self) -> dict[str, float]:
        """Plain data: seconds."""
        figures = {"median": self.median, "low": self.low, "high": self.high, "interquartile": self.interquartile}
        return {**figures, "rounds": self.rounds}
