"""What the space costs: exact sums and a list of what is inside the budgets, where the space allows it; else a
sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resspec.spec.budgets import Budget
from resspec.study.chain import Chain, Ints, Keys, Priced
from resspec.study.columns import PLACES
from resspec.study.space import Point
from resspec.study.sums import PAIRS, End, Sums, count_inside, pairs_inside, sums_of

BRUTE = 2_000_000
"""Points up to which a space that cannot be summed over is priced one by one: a few seconds."""
LISTED = 2_000_000
"""Points inside the budgets up to which they are all listed."""
SAMPLE, WHOLE_SAMPLE = 20_000, 2_000
"""Points drawn from what is too large for both; fewer where nets do not come apart."""
SAMPLE_SEED = 0
CHUNK = 250_000

Ends = tuple[tuple[End, End], ...]
"""For each cost the smallest and the largest."""


@dataclass(frozen=True, eq=False)
class Listing:
    """The points inside every budget: flat indices in order, and the key of each one's network."""

    flats: Ints
    keys: Keys

    def __len__(self) -> int:
        return len(self.flats)


@dataclass(frozen=True, eq=False)
class Survey:
    """A space against its budgets. What cannot be known exactly is None: `legal` points (networks that keep the
    constraints), `ends` of each cost, points `inside` every budget and inside each, their `listing`; then `points` and
    `priced` are a sample of the space."""

    chain: Chain
    budgets: tuple[Budget, ...]
    sums: Sums | None
    legal: int | None
    ends: Ends | None
    inside: int | None
    inside_each: tuple[int, ...] | None
    listing: Listing | None
    points: NDArray[np.intp]
    priced: Priced

    @property
    def size(self) -> int:
        """Number of points, those that are no networks or break a constraint included."""
        return self.chain.space.size

    def point(self, flat: int) -> Point:
        """The point of a flat index."""
        found = []
        for size in reversed(self.chain.space.shape):
            flat, position = divmod(flat, size)
            found.append(position)
        return tuple(reversed(found))


def survey(chain: Chain, budgets: Sequence[Budget]) -> Survey:
    """Sum over the space, or price all of it, or a sample drawn with a fixed seed."""
    kept = tuple(budgets)
    sums = sums_of(chain)
    if sums is not None:
        return _summed(chain, kept, sums)
    if chain.space.size <= (WHOLE_SAMPLE if chain.composes else BRUTE):
        return _priced(chain, kept)
    return _sampled(chain, kept, None, None, None)


def _summed(chain: Chain, budgets: tuple[Budget, ...], sums: Sums) -> Survey:
    """The survey of a space with complete tables: exact as far as halves of it can be held and compared."""
    legal, ends = sums.ends
    if not legal:
        return _sampled(chain, budgets, sums, legal, None)
    fits = sums.fits and (len(budgets) < 2 or legal <= PAIRS)
    if not fits:
        return _sampled(chain, budgets, sums, legal, ends)
    each = tuple(sum(count_inside(block, [budget]) for block in sums.blocks([budget])) for budget in budgets)
    inside = each[0] if len(budgets) == 1 else sum(count_inside(block, budgets) for block in sums.blocks(budgets))
    listing = None
    if inside <= LISTED and sums.pairs(budgets) <= PAIRS:
        listing = _listing(sums, budgets)
    if listing is not None:
        return Survey(chain, budgets, sums, legal, ends, inside, each, listing, *_nothing(chain))
    sample = _sampled(chain, budgets, sums, legal, ends)
    return Survey(chain, budgets, sums, legal, ends, inside, each, None, sample.points, sample.priced)


def _listing(sums: Sums, budgets: Sequence[Budget]) -> Listing:
    flats: list[Ints] = [np.zeros(0, np.int64)]
    keys: list[Keys] = [np.zeros(0, np.uint64)]
    for block in sums.blocks(budgets):
        for before, behind in pairs_inside(block, budgets):
            flats.append(block.before.flat[before] + block.behind.flat[behind])
            keys.append(block.before.terms[before] * block.behind.factors[behind] + block.behind.terms[behind])
    return _sorted(np.concatenate(flats), np.concatenate(keys))


def _sorted(flats: Ints, keys: Keys) -> Listing:
    order = np.argsort(flats)
    return Listing(flats[order], keys[order])


def _priced(chain: Chain, budgets: tuple[Budget, ...]) -> Survey:
    """The survey of a space all of whose points are priced."""
    legal, each, inside = 0, [0] * len(budgets), 0
    ends: list[list[End | None]] = [[None, None] for _ in chain.columns.names]
    flats: list[Ints] = [np.zeros(0, np.int64)]
    keys: list[Keys] = [np.zeros(0, np.uint64)]
    for first in range(0, chain.space.size, CHUNK):
        flat = np.arange(first, min(first + CHUNK, chain.space.size))
        found = chain.price(unravelled(flat, chain.space.shape))
        legal += int(found.legal.sum())
        kept = found.legal.copy()
        for number, budget in enumerate(budgets):
            mask = inside_one(budget, found)
            each[number] += int(mask.sum())
            kept &= mask
        inside += int(kept.sum())
        flats.append(flat[kept])
        keys.append(found.keys[kept])
        _widen(ends, found, first)
    if not legal:
        return _sampled(chain, budgets, None, 0, None)
    closed = tuple((low, high) for low, high in ends if low is not None and high is not None)
    listing = _sorted(np.concatenate(flats), np.concatenate(keys)) if inside <= LISTED else None
    return Survey(chain, budgets, None, legal, closed, inside, tuple(each), listing, *_nothing(chain))


def _widen(ends: list[list[End | None]], found: Priced, first: int) -> None:
    """Let the ends reach what a chunk of points costs."""
    rows = np.flatnonzero(found.legal)
    if not len(rows):
        return
    for column, known in enumerate(ends):
        costs = found.costs[rows, column]
        for side, row in ((0, int(costs.argmin())), (1, int(costs.argmax()))):
            end, old = End(int(costs[row]), first + int(rows[row])), known[side]
            if old is None or (end.value < old.value if side == 0 else end.value > old.value):
                known[side] = end


def _sampled(
    chain: Chain, budgets: tuple[Budget, ...], sums: Sums | None, legal: int | None, ends: Ends | None
) -> Survey:
    """The survey of a space too large for more: a sample of it stands for the rest."""
    count = WHOLE_SAMPLE if chain.composes else SAMPLE
    points = chain.space.draw(np.random.default_rng(SAMPLE_SEED), count)
    return Survey(chain, budgets, sums, legal, ends, None, None, None, points, chain.price(points))


def _nothing(chain: Chain) -> tuple[NDArray[np.intp], Priced]:
    points = np.zeros((0, len(chain.space.shape)), np.intp)
    return points, chain.price(points)


def inside_one(budget: Budget, priced: Priced) -> NDArray[np.bool_]:
    """Which points are legal and keep a budget."""
    column = priced.costs[:, PLACES[budget.cost]]
    kept = priced.legal.copy()
    if budget.low is not None:
        kept &= column >= budget.low
    if budget.high is not None:
        kept &= column <= budget.high
    return kept


def inside_all(budgets: Sequence[Budget], priced: Priced) -> NDArray[np.bool_]:
    """Which points are legal and keep every budget."""
    kept = priced.legal.copy()
    for budget in budgets:
        kept &= inside_one(budget, priced)
    return kept


def unravelled(flats: Ints, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """The points of flat indices, one a row."""
    return np.stack(np.unravel_index(flats, shape), axis=1)
