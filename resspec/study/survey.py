"""What the space costs: every point priced where the space can be listed, else a uniform sample of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resspec.analysis.cost import Costs
from resspec.errors import SpecError
from resspec.pricing import Pricer
from resspec.spec.budgets import COSTS, Budget
from resspec.study.space import Point, Space

LISTED = 300_000
"""Largest space that is priced point by point: about two seconds."""
SAMPLE = 5_000
"""Points drawn from a larger one."""
SAMPLE_SEED = 0
ILLEGAL = -1
"""Stands for each cost of a point that is no legal network."""


@dataclass(frozen=True, eq=False)
class Survey:
    """Priced points of a space: `points` [n, dimensions] positions, `costs` [n, len(COSTS)], `feasible` [n]. `complete`
    where these are all points of the space."""

    space: Space
    budgets: tuple[Budget, ...]
    points: NDArray[np.intp]
    costs: NDArray[np.int64]
    feasible: NDArray[np.bool_]
    complete: bool

    @property
    def legal(self) -> NDArray[np.bool_]:
        """Which points are networks at all."""
        return np.asarray(self.costs[:, 0] != ILLEGAL)

    def point(self, row: int) -> Point:
        """The point of a row."""
        return tuple(self.points[row].tolist())


def survey(space: Space, pricer: Pricer, budgets: Sequence[Budget]) -> Survey:
    """Price the space, or a sample of it drawn with a fixed seed."""
    complete = space.size <= LISTED
    if complete:
        points = list(space.points())
    else:
        random = np.random.default_rng(SAMPLE_SEED)
        points = [space.draw(random) for _ in range(SAMPLE)]
    costs = np.array([figures(price(space, pricer, point)) for point in points], dtype=np.int64)
    feasible = costs[:, 0] != ILLEGAL
    for budget in budgets:
        feasible &= inside(budget, costs)
    return Survey(space, tuple(budgets), np.array(points, dtype=np.intp), costs, feasible, complete)


def inside(budget: Budget, costs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows keep a budget."""
    column = costs[:, COSTS.index(budget.cost)]
    kept: NDArray[np.bool_] = column != ILLEGAL
    if budget.low is not None:
        kept &= column >= budget.low
    if budget.high is not None:
        kept &= column <= budget.high
    return kept


def price(space: Space, pricer: Pricer, point: Point) -> Costs | None:
    """The costs of a point; None where it is no legal network."""
    try:
        return pricer.price(space.values(point))
    except SpecError:
        return None


def figures(costs: Costs | None) -> tuple[int, ...]:
    """The costs that budgets may bound."""
    return tuple(getattr(costs, name) if costs else ILLEGAL for name in COSTS)


def affordable(costs: Costs | None, budgets: Sequence[Budget]) -> bool:
    """Whether there is a network and it is inside every budget."""
    return costs is not None and all(budget.holds(getattr(costs, budget.cost)) for budget in budgets)
