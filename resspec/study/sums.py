"""Exact sums over a whole space: the ends of each cost by dynamic programming over the states between parts, and the
points inside budgets by meeting in the middle, where nets of one state before and behind are compared in bulk."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from resspec.spec.budgets import Budget
from resspec.study.chain import DEAD, Chain, Ints, Keys, Link
from resspec.study.columns import PLACES

ENTRIES = 400_000
"""Entries of tables up to which they are all made: a few seconds."""
WHOLE_ENTRIES = 20_000
"""The same where a net does not come apart, and each is a whole one."""
OUTER = 2_000
"""Combinations of values that concern several parts, up to which each is summed over on its own."""
HALF = 2_000_000
"""Largest half of a space that is held in memory."""
PAIRS = 1_500_000_000
"""Pairs of halves that are compared one by one where several budgets bind: some ten seconds."""
CHUNK = 1 << 22


@dataclass(frozen=True, eq=False)
class Rows:
    """Runs of parts in bulk: states behind, costs, flat index of the point so far, and the rolling hash as the factor
    and term it applies."""

    states: Ints
    costs: Ints
    flat: Ints
    factors: Keys
    terms: Keys

    def __len__(self) -> int:
        return len(self.flat)

    def taken(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Rows:
        """Some of them."""
        return Rows(self.states[rows], self.costs[rows], self.flat[rows], self.factors[rows], self.terms[rows])


@dataclass(frozen=True, eq=False)
class Block:
    """All points whose values that concern several parts, and whose state in the middle, are the same: any row before
    goes with any row behind."""

    before: Rows
    behind: Rows

    @property
    def pairs(self) -> int:
        """Number of points."""
        return len(self.before) * len(self.behind)


@dataclass(frozen=True, slots=True)
class End:
    """The smallest or largest cost, and the flat index of a point that has it."""

    value: int
    flat: int


class Sums:
    """Sums over a chain whose tables are complete. `flat` indices count points, the last dimension running fastest."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._width = chain.columns.summed
        shape = chain.space.shape
        self._weights = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        shared = [axis for axis in range(len(shape)) if sum(axis in link.axes for link in chain.links) != 1]
        self.outer_axes = tuple(shared)
        self._local = [[axis for axis in link.axes.tolist() if axis not in shared] for link in chain.links]

    @property
    def outer_count(self) -> int:
        """Number of combinations of values that concern several parts, or none."""
        return math.prod(self.chain.space.shape[axis] for axis in self.outer_axes)

    def outers(self) -> Iterator[dict[int, int]]:
        """Those combinations: axis -> position."""
        ranges = [range(self.chain.space.shape[axis]) for axis in self.outer_axes]
        return (dict(zip(self.outer_axes, chosen, strict=True)) for chosen in itertools.product(*ranges))

    @cached_property
    def ends(self) -> tuple[int, tuple[tuple[End, End], ...]]:
        """The number of legal points, and the smallest and largest of each cost."""
        legal, found = 0, [[End(0, -1), End(0, -1)] for _ in range(self._width)]
        for outer in self.outers():
            count, ends = self._ends_of(outer)
            legal += count
            if not count:
                continue
            for column in range(self._width):
                for side, sign in ((0, 1), (1, -1)):
                    known, new = found[column][side], ends[column][side]
                    if known.flat < 0 or sign * new.value < sign * known.value:
                        found[column][side] = new
        return legal, tuple((low, high) for low, high in found)

    def _ends_of(self, outer: dict[int, int]) -> tuple[int, list[tuple[End, End]]]:
        base = sum(self._weights[axis] * position for axis, position in outer.items())
        counts = {self.chain.start: 1}
        best: list[dict[int, End]] = [{self.chain.start: End(0, base)} for _ in range(2 * self._width)]
        for place, link in enumerate(self.chain.links):
            codes, flats = self._grid(place, outer)
            states = np.array(sorted(counts), np.int64)
            entries = self.chain.entries(link, np.tile(codes, len(states)), np.repeat(states, len(codes)))
            after = link.after[entries]
            counts = _counted(after, np.repeat(np.array([counts[s] for s in states.tolist()], object), len(codes)))
            for number in range(len(best)):
                column, sign = number // 2, 1 - 2 * (number % 2)
                start = np.array([best[number][s].value for s in states.tolist()], np.int64)
                value = sign * (np.repeat(start, len(codes)) + link.costs[entries, column])
                order = np.lexsort((value, after))
                first = order[np.flatnonzero(np.diff(after[order], prepend=-1))]
                best[number] = {
                    int(after[row]): End(
                        sign * int(value[row]),
                        best[number][int(states[row // len(codes)])].flat + flats[row % len(codes)],
                    )
                    for row in first.tolist()
                    if after[row] != DEAD
                }
        ends = [_least(found.values(), 1 - 2 * (number % 2)) for number, found in enumerate(best)] if counts else []
        return sum(counts.values()), list(zip(ends[::2], ends[1::2], strict=True))

    def _grid(self, place: int, outer: dict[int, int]) -> tuple[Ints, list[int]]:
        """The codes of a link with some values given, all others running, and what each adds to the flat index."""
        link, local = self.chain.links[place], self._local[place]
        weights = dict(zip(link.axes.tolist(), link.weights.tolist(), strict=True))
        base = sum(weights[axis] * position for axis, position in outer.items() if axis in weights)
        codes, flats = [base], [0]
        for axis in local:
            positions = range(self.chain.space.shape[axis])
            codes = [code + weights[axis] * position for code in codes for position in positions]
            flats = [flat + self._weights[axis] * position for flat in flats for position in positions]
        return np.array(codes, np.int64), flats

    def halves(self) -> tuple[int, int, int]:
        """Where the chain is cut in two, and how many runs each half has at most."""
        sizes = [math.prod(self.chain.space.shape[axis] for axis in local) for local in self._local]
        cuts = [(math.prod(sizes[:cut]), math.prod(sizes[cut:]), cut) for cut in range(1, len(sizes) + 1)]
        before, behind, cut = min(cuts, key=lambda found: found[0] + 2 * found[1])
        return cut, before, behind

    @property
    def fits(self) -> bool:
        """Whether the halves can be held."""
        _, before, behind = self.halves()
        return max(before, behind) <= HALF

    def pairs(self, budgets: Sequence[Budget]) -> int:
        """Number of points that are compared when all inside the budgets are listed."""
        return sum(block.pairs for block in self.blocks(budgets))

    def blocks(self, budgets: Sequence[Budget] = ()) -> Iterator[Block]:
        """All legal points, those left out that are over a budget halfway."""
        cut, *_ = self.halves()
        places = range(len(self.chain.links))
        for outer in self.outers():
            base = sum(self._weights[axis] * position for axis, position in outer.items())
            before = self._run(places[:cut], outer, self.chain.start, base, budgets)
            if not len(before):
                continue
            order = np.argsort(before.states, kind="stable")
            states, firsts = np.unique(before.states[order], return_index=True)
            for state, rows in zip(states.tolist(), np.split(order, firsts[1:]), strict=True):
                behind = self._run(places[cut:], outer, state, 0, budgets)
                if len(behind):
                    yield Block(before.taken(rows), behind)

    def _run(
        self, places: Sequence[int], outer: dict[int, int], state: int, flat: int, budgets: Sequence[Budget]
    ) -> Rows:
        """Every run of these links from a state."""
        one = np.ones(1, np.uint64)
        zero = np.zeros((1, self._width), np.int64)
        rows = Rows(np.array([state]), zero, np.array([flat]), one, np.zeros(1, np.uint64))
        for place in places:
            link = self.chain.links[place]
            codes, flats = self._grid(place, outer)
            rows = self._extended(rows, link, codes, np.array(flats, np.int64))
            rows = rows.taken(rows.states != DEAD)
            for budget in budgets:
                if budget.high is not None:
                    rows = rows.taken(rows.costs[:, PLACES[budget.cost]] <= budget.high)
        return rows

    def _extended(self, rows: Rows, link: Link, codes: Ints, flats: Ints) -> Rows:
        entries = self.chain.entries(link, np.tile(codes, len(rows)), np.repeat(rows.states, len(codes)))
        factors = link.factors[entries]
        return Rows(
            link.after[entries],
            np.repeat(rows.costs, len(codes), axis=0) + link.costs[entries, : self._width],
            np.repeat(rows.flat, len(codes)) + np.tile(flats, len(rows)),
            np.repeat(rows.factors, len(codes)) * factors,
            np.repeat(rows.terms, len(codes)) * factors + link.terms[entries],
        )


def sums_of(chain: Chain) -> Sums | None:
    """The sums over a chain, its tables made complete; None where they, or the values that concern several parts, are
    too many, and where memory counts, which is no sum."""
    if chain.columns.memory:
        return None
    sums = Sums(chain)
    whole = len(chain.links) == 1
    if sums.outer_count > OUTER and not whole:
        return None
    states, made = np.array([chain.start], np.int64), 0
    for link in chain.links:
        made += link.count * len(states)
        if made > (WHOLE_ENTRIES if whole else ENTRIES):
            return None
        codes = np.tile(np.arange(link.count), len(states))
        entries = chain.entries(link, codes, np.repeat(states, link.count))
        states = np.setdiff1d(link.after[entries], [DEAD])
    return sums


def pairs_inside(block: Block, budgets: Sequence[Budget]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """The points of a block inside every budget, in chunks: rows before and rows behind."""
    behind = block.behind
    step = max(1, CHUNK // max(1, len(behind)))
    for first in range(0, len(block.before), step):
        rows = slice(first, first + step)
        kept = np.ones((len(block.before.costs[rows]), len(behind)), np.bool_)
        for budget in budgets:
            column = PLACES[budget.cost]
            total = block.before.costs[rows, column][:, None] + behind.costs[:, column][None, :]
            if budget.high is not None:
                kept &= total <= budget.high
            if budget.low is not None:
                kept &= total >= budget.low
        before, after = np.nonzero(kept)
        yield before + first, after


def count_inside(block: Block, budgets: Sequence[Budget]) -> int:
    """The number of points of a block inside every budget."""
    if not budgets:
        return block.pairs
    if len(budgets) == 1:
        return int(counts_by_row(block, budgets[0])[1].sum())
    return sum(len(before) for before, _ in pairs_inside(block, budgets))


def counts_by_row(block: Block, budget: Budget) -> tuple[Ints, Ints, NDArray[np.intp]]:
    """For each row before: the first that goes with it, and how many do, in the order of the rows behind that comes
    last."""
    column = PLACES[budget.cost]
    order = np.argsort(block.behind.costs[:, column], kind="stable")
    behind, before = block.behind.costs[order, column], block.before.costs[:, column]
    first = np.zeros(len(before), np.int64)
    if budget.low is not None:
        first = np.searchsorted(behind, budget.low - before, "left")
    last = np.full(len(before), len(behind), np.int64)
    if budget.high is not None:
        last = np.searchsorted(behind, budget.high - before, "right")
    return first, np.maximum(last - first, 0), order


def _counted(after: Ints, counts: NDArray[np.object_]) -> dict[int, int]:
    """How many runs end in each state, exactly."""
    found: dict[int, int] = {}
    for state, count in zip(after.tolist(), counts.tolist(), strict=True):
        if state != DEAD:
            found[state] = found.get(state, 0) + count
    return found


def _least(ends: Iterable[End], sign: int) -> End:
    return min(ends, key=lambda end: sign * end.value)
