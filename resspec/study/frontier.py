"""The open networks of a search: inside every budget, and not yet tried. Nothing else may become a trial."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from resspec.study.chain import Chain, Ints
from resspec.study.drawing import drawer_of
from resspec.study.features import Describer, Features
from resspec.study.space import Point
from resspec.study.survey import Listing, Survey, inside_all, unravelled

TRIES = 400
"""Handfuls of draws after which a space too large to list counts as exhausted."""
HANDFUL = 4_096
"""Points drawn at once."""
SCANNED = 100_000
"""Listed points up to which the nearest is found among all."""
NEARBY = 512
"""Points drawn at each distance in search of a neighbour."""


USUAL = 2_000
"""Points over which features are standardised."""
DEAR = 128
"""Points drawn in place of more where each is composed as a whole network."""
USUAL_SEED = 0


class Exhausted(Exception):  # noqa: N818  # the good end of a search, no error
    """Every network inside the budgets was tried."""


class Frontier(ABC):
    """The open networks. Equal networks share a key; when one is tried, all points that mean it close."""

    def __init__(self, found: Survey) -> None:
        self.chain: Chain = found.chain
        self._budgets = found.budgets
        self._describe = Describer(found.chain)

    @abstractmethod
    def close(self, point: Point) -> None:
        """Take a network out: it has a trial."""

    @abstractmethod
    def reopen(self, point: Point) -> None:
        """Put a network back that was taken out."""

    @abstractmethod
    def open_among(self, points: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of these points may become a trial."""

    @abstractmethod
    def draws(self, random: np.random.Generator, count: int) -> NDArray[np.intp]:
        """At most so many open points, drawn uniformly, and none of them only where none can be found."""

    @abstractmethod
    def sample(self, random: np.random.Generator, count: int) -> NDArray[np.intp]:
        """At most so many points inside the budgets, tried or not, drawn uniformly."""

    @abstractmethod
    def check(self) -> None:
        """Exhausted when it is known that nothing is open."""

    @cached_property
    def _usual(self) -> tuple[Features, Features, NDArray[np.bool_]]:
        """Mean, deviation and use of each feature over draws from all that was open first."""
        drawn = self._describe(self.sample(np.random.default_rng(USUAL_SEED), self.affordable(USUAL)))
        deviation = drawn.std(axis=0)
        return drawn.mean(axis=0), deviation, deviation > 1e-9

    def described(self, points: NDArray[np.intp]) -> Features:
        """What is known of each point for free, [n, features]: standardised, and divided by the root of the number of
        features."""
        mean, deviation, used = self._usual
        found = (self._describe(points)[:, used] - mean[used]) / deviation[used]
        return np.asarray(found / np.sqrt(max(1, found.shape[1])))

    def affordable(self, count: int) -> int:
        """Of so many points that one would like to draw, those whose prices take no longer than all else."""
        return min(count, DEAR) if self.chain.composes else count

    def is_open(self, point: Point) -> bool:
        """Whether a point may become a trial."""
        return bool(self.open_among(np.array([point], np.intp))[0])

    def uniform(self, random: np.random.Generator) -> Point:
        """An open network, each equally likely; Exhausted when there is none."""
        found = self.draws(random, 1)
        if not len(found):
            raise Exhausted
        return tuple(found[0].tolist())

    def nearest(self, point: Point, random: np.random.Generator) -> Point:
        """An open network as near to a point as can be found; Exhausted when there is none."""
        at = np.array(point, np.intp)
        for radius in range(1, 2 * len(point) + 1):
            near = self.moved(np.tile(at, (NEARBY, 1)), radius, random)
            near = near[self.open_among(near)]
            if len(near):
                distances = self.chain.space.distances(near, point)
                return tuple(near[int(distances.argmin())].tolist())
        return self.uniform(random)

    def neighbours(self, points: NDArray[np.intp], each: int, random: np.random.Generator) -> NDArray[np.intp]:
        """Open points one to three moves away from these."""
        rows = np.repeat(points, each, axis=0)
        moved = np.concatenate([self.moved(rows, radius, random) for radius in (1, 2, 3)])
        moved = np.unique(moved, axis=0)
        return moved[self.open_among(moved)]

    def moved(self, points: NDArray[np.intp], moves: int, random: np.random.Generator) -> NDArray[np.intp]:
        """Points so many single moves away: a step along an ordered dimension, any other value of a choice."""
        points, rows = points.copy(), np.arange(len(points))
        sizes = np.array(self.chain.space.shape)
        ordered = np.array([dimension.ordered for dimension in self.chain.space.dimensions])
        for _ in range(moves):
            axes = random.integers(len(sizes), size=len(points))
            steps = points[rows, axes] + random.choice((-1, 1), size=len(points))
            others = random.integers(sizes[axes])
            points[rows, axes] = np.where(ordered[axes], np.clip(steps, 0, sizes[axes] - 1), others)
        return points


class Listed(Frontier):
    """The frontier of a space whose points inside the budgets are listed: exact in all it says."""

    def __init__(self, found: Survey, listing: Listing) -> None:
        super().__init__(found)
        self._flats = listing.flats
        _, self._groups = np.unique(listing.keys, return_inverse=True)
        self._order = np.argsort(self._groups, kind="stable")
        self._firsts = np.searchsorted(self._groups[self._order], np.arange(self._groups.max(initial=-1) + 2))
        self._open = np.ones(len(self._firsts) - 1, np.bool_)
        shape = self.chain.space.shape
        self._weights = np.array([int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))], np.int64)

    def close(self, point: Point) -> None:
        """Close every point that means the same network."""
        self._mark(point, is_open=False)

    def reopen(self, point: Point) -> None:
        """Open every point that means the same network."""
        self._mark(point, is_open=True)

    def _mark(self, point: Point, *, is_open: bool) -> None:
        row = self._rows(np.array([point], np.intp))[0]
        if row >= 0:
            self._open[self._groups[row]] = is_open

    def open_among(self, points: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether each point is inside the budgets and untried."""
        rows = self._rows(points)
        return (rows >= 0) & self._open[self._groups[rows]] if len(self._flats) else rows >= 0

    def draws(self, random: np.random.Generator, count: int) -> NDArray[np.intp]:
        """Uniform over distinct networks, without replacement; any of a network's points."""
        groups = np.flatnonzero(self._open)
        if len(groups) > count:
            groups = groups[random.choice(len(groups), count, replace=False, shuffle=False)]
        first, last = self._firsts[groups], self._firsts[groups + 1]
        return unravelled(self._flats[self._order[random.integers(first, last)]], self.chain.space.shape)

    def sample(self, random: np.random.Generator, count: int) -> NDArray[np.intp]:
        """Uniform over points, with replacement."""
        if not len(self._flats):
            return np.zeros((0, len(self.chain.space.shape)), np.intp)
        return unravelled(self._flats[random.integers(len(self._flats), size=count)], self.chain.space.shape)

    def nearest(self, point: Point, random: np.random.Generator) -> Point:
        """One of the nearest open points; among very many, the nearest of those that were looked at."""
        self.check()
        if len(self._flats) > SCANNED and self._open.mean() > 0.05:
            return super().nearest(point, random)
        rows = np.flatnonzero(self._open[self._groups])
        points = unravelled(self._flats[rows], self.chain.space.shape)
        distances = self.chain.space.distances(points, point)
        least = np.flatnonzero(distances <= distances.min() + 1e-9)
        return tuple(points[int(least[random.integers(len(least))])].tolist())

    def check(self) -> None:
        """Exhausted when no network is open."""
        if not self._open.any():
            raise Exhausted

    def _rows(self, points: NDArray[np.intp]) -> Ints:
        """Where points stand in the list; -1 where they do not."""
        flats = points @ self._weights
        if not len(self._flats):
            return np.full(len(points), -1, np.int64)
        rows = np.minimum(np.searchsorted(self._flats, flats), len(self._flats) - 1)
        return np.where(self._flats[rows] == flats, rows, -1)


class Vast(Frontier):
    """The frontier of a space with too much inside the budgets to list: it is drawn from, and a long run of draws
    without an open network counts as its end. Draws are uniform over points, from inside the tightest budget where the
    space can be summed over."""

    def __init__(self, found: Survey) -> None:
        super().__init__(found)
        self._closed: set[int] = set()
        self._found = found

    @cached_property
    def _drawer(self) -> Callable[[np.random.Generator, int], NDArray[np.intp]]:
        """Draws points that may be inside the budgets."""
        return drawer_of(self._found) or self.chain.space.draw

    def close(self, point: Point) -> None:
        """Close the network of a point."""
        self._closed.add(self._key(point))

    def reopen(self, point: Point) -> None:
        """Open the network of a point."""
        self._closed.discard(self._key(point))

    def _key(self, point: Point) -> int:
        return int(self.chain.price(np.array([point], np.intp)).keys[0])

    def open_among(self, points: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether each point is inside the budgets and its network untried."""
        priced = self.chain.price(points)
        kept = inside_all(self._budgets, priced)
        if self._closed:
            kept &= ~np.isin(priced.keys, np.fromiter(self._closed, np.uint64, len(self._closed)))
        return kept

    def draws(self, random: np.random.Generator, count: int) -> NDArray[np.intp]:
        """The open ones of uniform draws."""
        return self._drawn(random, count, self.open_among)

    def sample(self, random: np.random.Generator, count: int) -> NDArray[np.intp]:
        """Those inside the budgets of uniform draws."""
        return self._drawn(random, count, lambda points: inside_all(self._budgets, self.chain.price(points)))

    def _drawn(
        self, random: np.random.Generator, count: int, kept: Callable[[NDArray[np.intp]], NDArray[np.bool_]]
    ) -> NDArray[np.intp]:
        found: list[NDArray[np.intp]] = []
        size = self.affordable(HANDFUL)
        for _ in range(TRIES):
            points = self._drawer(random, size)
            found.append(points[kept(points)])
            if sum(map(len, found)) >= count:
                break
            if not len(found[-1]):
                size = min(2 * size, HANDFUL)
        return np.concatenate(found)[:count]

    def check(self) -> None:
        """A large space is not known to be exhausted before it is drawn from."""


def frontier_of(found: Survey) -> Frontier:
    """Every network inside the budgets, all still open."""
    return Vast(found) if found.listing is None else Listed(found, found.listing)
