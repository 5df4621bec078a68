"""Uniform draws from what is inside a budget, exact in spaces too large to list: a half of a point is drawn as often as
there are other halves that go with it, then one of these. A budget that one point in a million keeps costs no million
draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resspec.spec.budgets import Budget
from resspec.study.chain import Ints
from resspec.study.sums import Block, Sums, counts_by_row
from resspec.study.survey import Survey, unravelled

HELD = 8_000_000
"""Halves of points that are held at most."""


@dataclass(frozen=True, eq=False)
class _Half:
    """A block's rows, those behind in the order of the budget's cost; `until` sums the pairs up to each row before."""

    block: Block
    first: Ints
    order: NDArray[np.intp]
    until: Ints


class Drawer:
    """Draws points that keep the budget which the fewest keep."""

    def __init__(self, sums: Sums, halves: Sequence[_Half]) -> None:
        self._shape = sums.chain.space.shape
        self._halves = tuple(halves)
        self._until = np.cumsum([half.until[-1] for half in halves])

    @property
    def inside(self) -> int:
        """Number of points that are drawn from."""
        return int(self._until[-1])

    def __call__(self, random: np.random.Generator, count: int) -> NDArray[np.intp]:
        """So many points [count, axes], each equally likely, with replacement."""
        picks = random.integers(self.inside, size=count)
        which = np.searchsorted(self._until, picks, "right")
        flats = np.zeros(count, np.int64)
        for number in np.unique(which).tolist():
            mine = which == number
            half, picked = self._halves[number], picks[mine] - (self._until[number - 1] if number else 0)
            rows = np.searchsorted(half.until, picked, "right")
            before = np.where(rows > 0, half.until[rows - 1], 0)
            behind = half.order[half.first[rows] + picked - before]
            flats[mine] = half.block.before.flat[rows] + half.block.behind.flat[behind]
        return unravelled(flats, self._shape)


def drawer_of(found: Survey) -> Drawer | None:
    """The draws from a survey's tightest budget; None where its space is not summed over, where halves of it are too
    many to hold, and where nothing is inside."""
    if found.sums is None or not found.sums.fits or not found.budgets:
        return None
    drawers = [_drawer(found.sums, budget) for budget in found.budgets]
    able = [drawer for drawer in drawers if drawer is not None]
    return min(able, key=lambda drawer: drawer.inside, default=None)


def _drawer(sums: Sums, budget: Budget) -> Drawer | None:
    halves, held = [], 0
    for block in sums.blocks([budget]):
        first, counts, order = counts_by_row(block, budget)
        held += len(block.before) + len(block.behind)
        if held > HELD:
            return None
        if counts.any():
            halves.append(_Half(block, first, order, np.cumsum(counts)))
    return Drawer(sums, halves) if halves else None
