"""The open networks of a search: inside every budget, and not yet tried. Nothing else may become a trial."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

from resspec.pricing import Pricer
from resspec.spec.budgets import Budget
from resspec.study.space import Point, Space
from resspec.study.survey import Survey, affordable, price

TRIES = 20_000
"""Draws after which a space too large to list counts as exhausted."""
TRIES_NEARBY = 300
"""Draws at each distance in search of a neighbour."""


class Exhausted(Exception):  # noqa: N818  # the good end of a search, no error
    """Every network inside the budgets was tried."""


class Frontier(ABC):
    """The open networks. Equal networks share a fingerprint; when one is tried, all points that mean it close."""

    @abstractmethod
    def close(self, point: Point) -> None:
        """Take a network out: it has a trial."""

    @abstractmethod
    def is_open(self, point: Point) -> bool:
        """Whether a point may become a trial."""

    @abstractmethod
    def uniform(self, random: np.random.Generator) -> Point:
        """An open network, each equally likely; Exhausted when there is none."""

    @abstractmethod
    def nearest(self, point: Point, random: np.random.Generator) -> Point:
        """An open network as near to a point as can be found; Exhausted when there is none."""

    @abstractmethod
    def check(self) -> None:
        """Exhausted when it is known that nothing is open."""


FingerprintOf = Callable[[Point], str]


class Listed(Frontier):
    """The frontier of a space whose every point is priced: exact in all it says.

    Networks that are equal cost the same, so only points of equal cost are ever compared by fingerprint.
    """

    def __init__(self, found: Survey, fingerprint: FingerprintOf) -> None:
        self._survey = found
        self._fingerprint = fingerprint
        self._open = found.feasible.copy()
        self._rows = {tuple(point): row for row, point in enumerate(found.points.tolist())}
        self._group = np.unique(found.costs, axis=0, return_inverse=True)[1].reshape(-1)
        self._members: dict[int, list[int]] = {}
        for row in np.flatnonzero(found.feasible).tolist():
            self._members.setdefault(int(self._group[row]), []).append(row)
        self._prints: dict[int, str] = {}

    def close(self, point: Point) -> None:
        """Close every point that means the same network."""
        for row in self._equals(self._rows[point]):
            self._open[row] = False

    def is_open(self, point: Point) -> bool:
        """Whether a point is inside the budgets and untried."""
        return bool(self._open[self._rows[point]])

    def uniform(self, random: np.random.Generator) -> Point:
        """A uniform draw over distinct networks: a point that shares its network with others is kept that much less
        often."""
        self.check()
        rows = np.flatnonzero(self._open)
        while True:
            row = int(rows[random.integers(len(rows))])
            if random.random() * len(self._equals(row)) < 1:
                return self._survey.point(row)

    def nearest(self, point: Point, random: np.random.Generator) -> Point:
        """One of the nearest open points."""
        self.check()
        rows = np.flatnonzero(self._open)
        distances = self._survey.space.distances(self._survey.points[rows], point)
        nearest = rows[distances <= distances.min() + 1e-9]
        return self._survey.point(int(nearest[random.integers(len(nearest))]))

    def check(self) -> None:
        """Exhausted when no point is open."""
        if not self._open.any():
            raise Exhausted

    def _equals(self, row: int) -> list[int]:
        """The rows that mean the same network as a row, itself included."""
        members = self._members.get(int(self._group[row]), [])
        if len(members) < 2:
            return [row]
        return [other for other in members if self._print(other) == self._print(row)]

    def _print(self, row: int) -> str:
        if row not in self._prints:
            self._prints[row] = self._fingerprint(self._survey.point(row))
        return self._prints[row]


class Vast(Frontier):
    """The frontier of a space too large to list: it is drawn from, and a long run of draws without an open network
    counts as its end. Draws are uniform over points."""

    def __init__(self, space: Space, pricer: Pricer, budgets: Sequence[Budget], fingerprint: FingerprintOf) -> None:
        self._space = space
        self._pricer = pricer
        self._budgets = tuple(budgets)
        self._fingerprint = fingerprint
        self._closed: set[str] = set()

    def close(self, point: Point) -> None:
        """Close the network of a point."""
        self._closed.add(self._fingerprint(point))

    def is_open(self, point: Point) -> bool:
        """Whether a point is inside the budgets and its network untried."""
        costs = price(self._space, self._pricer, point)
        return affordable(costs, self._budgets) and self._fingerprint(point) not in self._closed

    def uniform(self, random: np.random.Generator) -> Point:
        """The first open one of uniform draws."""
        for _ in range(TRIES):
            point = self._space.draw(random)
            if self.is_open(point):
                return point
        raise Exhausted

    def nearest(self, point: Point, random: np.random.Generator) -> Point:
        """The first open one of draws that move further and further away."""
        sizes = np.array([len(dimension) for dimension in self._space.dimensions])
        for radius in range(1, len(sizes) + int(sizes.max())):
            for _ in range(TRIES_NEARBY):
                moved = self._moved(point, sizes, radius, random)
                if self.is_open(moved):
                    return moved
        return self.uniform(random)

    def check(self) -> None:
        """A large space is not known to be exhausted before it is drawn from."""

    def _moved(self, point: Point, sizes: np.ndarray, radius: int, random: np.random.Generator) -> Point:
        """A point `radius` single moves away: a step along an ordered dimension, any other value of a choice."""
        at = np.array(point)
        for axis in random.integers(len(sizes), size=radius):
            if self._space.dimensions[axis].ordered:
                at[axis] = np.clip(at[axis] + random.choice((-1, 1)), 0, sizes[axis] - 1)
            else:
                at[axis] = random.integers(sizes[axis])
        return tuple(at.tolist())
