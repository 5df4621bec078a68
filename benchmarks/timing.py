"""Timing two ways of doing the same, in turn and in one run, so that both meet the same weather."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Job = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds of two jobs, round by round."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median over the rounds of our time by theirs."""
        return median(a / b for a, b in zip(self.ours, self.theirs, strict=True))


def seconds(job: Job) -> float:
    """The wall time of one run; what the last run left behind is collected before."""
    gc.collect()
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def in_turn(ours: Job, theirs: Job, rounds: int, warm_up: int = 2) -> Pair:
    """Both jobs in every round, each going first in half of them."""
    for _ in range(warm_up):
        ours()
        theirs()
    first: list[float] = []
    second: list[float] = []
    for i in range(rounds):
        for job, times in ((ours, first), (theirs, second))[:: 1 if i % 2 else -1]:
            times.append(seconds(job))
    return Pair(tuple(first), tuple(second))


def show(title: str, pair: Pair, peer: str, bound: float) -> None:
    """Print one comparison: both medians, the ratio and the ratio that it should not exceed."""
    ours, theirs = 1e3 * median(pair.ours), 1e3 * median(pair.theirs)
    print(f"{title:<32} resspec {ours:9.1f} ms   {peer} {theirs:9.1f} ms   ratio {pair.ratio:.3f} (at most {bound})")
