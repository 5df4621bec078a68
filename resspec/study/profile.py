"""What a search can reach, known before the first trial: the range of each budgeted cost over the space, the share that
is inside, and where nothing is, which budget stands in the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from resspec.errors import BudgetError, Fault
from resspec.pricing import Pricer
from resspec.spec.budgets import COSTS, Budget
from resspec.study.space import Point
from resspec.study.survey import Survey, figures, inside, price

Z = 1.96
"""Deviations in a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One cost over the space: its extremes with the values that attain them, and the share of points that keep its
    budget."""

    cost: str
    budget: Budget | None
    low: int
    high: int
    lowest: dict[str, Any]
    highest: dict[str, Any]
    share: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        budget = self.budget.text if self.budget else None
        extremes = {"low": self.low, "high": self.high, "lowest": self.lowest, "highest": self.highest}
        return {"cost": self.cost, "budget": budget, **extremes, "share": self.share}


@dataclass(frozen=True, slots=True)
class Profile:
    """The space of a search against its budgets. Where the space is too large to list (`exact` is False), shares come
    from a sample and are given with `error`, half of a 95 % interval, and the extremes are the best that a climb from
    the sample found."""

    name: str
    size: int
    exact: bool
    feasible: int | None
    share: float
    error: float
    reaches: tuple[Reach, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        head = {"name": self.name, "size": self.size, "exact": self.exact, "feasible": self.feasible}
        rows = [reach.to_dict() for reach in self.reaches]
        return {**head, "share": self.share, "error": self.error, "costs": rows}

    def __str__(self) -> str:
        lines = [self.summary()]
        for reach in self.reaches:
            about = f"{reach.budget}: {percent(reach.share)} of the space" if reach.budget else "no budget"
            lines.append(f"  {reach.cost:<12} {reach.low:,} to {reach.high:,}   {about}")
        return "\n".join(lines)

    def summary(self) -> str:
        """Size and feasible share in one line."""
        if self.feasible is not None:
            inside = f"{self.feasible:,} inside every budget ({percent(self.share)})"
        else:
            inside = f"{percent(self.share)} ± {percent(self.error)} inside every budget, by a sample"
        return f"{self.name}: {self.size:,} points, {inside}"


def profile_of(name: str, found: Survey, pricer: Pricer) -> Profile:
    """The profile of a surveyed space; BudgetError when nothing of it is inside every budget."""
    count = int(found.feasible.sum())
    total = len(found.points)
    if not count:
        refuse_unreachable(found, pricer)
    budgets: dict[str, Budget] = {budget.cost: budget for budget in found.budgets}
    reaches = tuple(_reach(found, pricer, cost, budgets.get(cost)) for cost in COSTS)
    share = count / total
    # Wilson's interval: it does not shrink to nothing when none or all of the sample is inside
    error = (
        0.0
        if found.complete
        else Z / (1 + Z**2 / total) * math.sqrt(share * (1 - share) / total + (Z / total) ** 2 / 4)
    )
    return Profile(name, found.space.size, found.complete, count if found.complete else None, share, error, reaches)


def refuse_unreachable(found: Survey, pricer: Pricer) -> None:
    """BudgetError that names the budget in the way and the nearest that could be met; nothing where a climb finds a
    network."""
    if not found.legal.any():
        raise BudgetError.of(
            "RS403", "no point of the space is a legal network", remedy="look at the values of the space"
        )
    blocking: list[tuple[Budget, ...]] = [
        (budget,) for budget in found.budgets if _excess((budget,), _nearest(found, pricer, (budget,))[1])
    ]
    if not blocking:
        if not _excess(found.budgets, _nearest(found, pricer, found.budgets)[1]):
            return
        blocking = [found.budgets]
    how = "all points were priced" if found.complete else "as far as a climb from a sample shows"
    faults = []
    for budgets in blocking:
        point, costs = _nearest(found, pricer, budgets)
        words = " and ".join(str(budget) for budget in budgets) + " cannot be met" + " together" * (len(budgets) > 1)
        reached = ", ".join(f"{budget.cost} {costs[COSTS.index(budget.cost)]:,}" for budget in budgets)
        message = f"{words}: the nearest of the space is {reached} ({_written(found.space.values(point))})"
        faults.append(Fault("RS404", message, budgets[0].mark, f"loosen the budget or widen the space ({how})"))
    raise BudgetError(*faults)


Figures = tuple[int, ...]
"""The costs of a point in the order of COSTS."""


def _excess(budgets: Sequence[Budget], costs: Figures) -> float:
    """By which share a network is outside its worst budget; 0 inside all."""
    return max(budget.excess(costs[COSTS.index(budget.cost)]) for budget in budgets)


def _nearest(found: Survey, pricer: Pricer, budgets: Sequence[Budget]) -> tuple[Point, Figures]:
    """The network with the least excess, and its costs."""
    excess = [_excess(budgets, tuple(row)) if row[0] >= 0 else math.inf for row in found.costs.tolist()]
    start = found.point(int(np.argmin(excess)))
    return _climbed(found, pricer, start, lambda costs: -_excess(budgets, costs))


def _reach(found: Survey, pricer: Pricer, cost: str, budget: Budget | None) -> Reach:
    """The extremes of a cost and the share that keeps its budget."""
    index = COSTS.index(cost)
    column = found.costs[:, index]
    rows = int(np.argmin(np.where(found.legal, column, np.iinfo(np.int64).max))), int(np.argmax(column))
    ends = [
        _climbed(found, pricer, found.point(row), _upward(index, sign)) for row, sign in zip(rows, (-1, 1), strict=True)
    ]
    (lowest, bottom), (highest, top) = ends
    share = 1.0 if budget is None else float(inside(budget, found.costs).mean())
    values = found.space.values
    return Reach(cost, budget, bottom[index], top[index], values(lowest), values(highest), share)


def _upward(index: int, sign: int) -> Callable[[Figures], float]:
    """A score by one cost: the more (sign 1) or the less (-1), the better."""
    return lambda costs: sign * costs[index]


def _climbed(found: Survey, pricer: Pricer, start: Point, score: Callable[[Figures], float]) -> tuple[Point, Figures]:
    """The point that no change of a single value betters, and its costs; the start itself where all points are
    known."""
    space = found.space
    best, costs = start, figures(price(space, pricer, start))
    moved = not found.complete
    while moved:
        moved = False
        for axis, dimension in enumerate(space.dimensions):
            for position in range(len(dimension)):
                near = (*best[:axis], position, *best[axis + 1 :])
                if (priced := price(space, pricer, near)) and score(figures(priced)) > score(costs):
                    best, costs, moved = near, figures(priced), True
    return best, costs


def _written(values: dict[str, Any]) -> str:
    return ", ".join(f"{path}={value}" for path, value in values.items())


def percent(share: float) -> str:
    """A share to two digits: 8.3%."""
    return f"{100 * share:.2g}%" if share < 0.995 else f"{100 * share:.0f}%"
