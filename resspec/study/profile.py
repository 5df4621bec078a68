"""What a search can reach, known before the first trial: the range of each budgeted cost over the space, the share that
is inside, and where nothing is, which budget stands in the way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from resspec.spec.budgets import COSTS, QUANTITIES, Budget
from resspec.study.columns import PLACES
from resspec.study.reaching import Figures, climbed, priced, refuse_unreachable, written
from resspec.study.space import Point
from resspec.study.survey import Survey, inside_all, inside_one

Z = 1.96
"""Deviations in a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One cost over the space: its extremes with the values that attain them, and the share of legal points that keep
    its budget."""

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
    """The space of a search against its budgets: `size` points, `legal` of them networks that keep the constraints,
    `feasible` of those inside every budget, which are `networks` distinct ones. `share` is that of the legal points
    inside. None is what is not known: where the space is too large to sum over (`exact` is False), `share` comes from a
    sample and is given with `error`, half of a 95 % interval. Ends that are not `proven` are the furthest that climbing
    from the sample reached."""

    name: str
    size: int
    exact: bool
    legal: int | None
    feasible: int | None
    networks: int | None
    share: float
    error: float
    reaches: tuple[Reach, ...]
    proven: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        counts = {"size": self.size, "legal": self.legal, "feasible": self.feasible, "networks": self.networks}
        known = {"exact": self.exact, "proven": self.proven}
        head = {"name": self.name, **known, **counts, "share": self.share, "error": self.error}
        return {**head, "costs": [reach.to_dict() for reach in self.reaches]}

    def __str__(self) -> str:
        lines = [self.summary()]
        what = "the space" if self.legal == self.size else "what is legal"
        for reach in self.reaches:
            exact = QUANTITIES[reach.cost].exact
            about = f"{reach.budget}: {percent(reach.share)} of {what}" if reach.budget else "no budget"
            lines.append(f"  {reach.cost:<12} {exact(reach.low)} to {exact(reach.high)}   {about}")
            if reach.budget:
                lines += [f"{'':15}least: {written(reach.lowest)}", f"{'':15}most:  {written(reach.highest)}"]
        if not self.proven:
            lines.append("  the ends are the furthest that climbing from a sample reached, and are not proven")
        return "\n".join(lines)

    def summary(self) -> str:
        """Size and feasible share in one line."""
        legal = f", {self.legal:,} of them legal" if self.legal not in (None, self.size) else ""
        if self.feasible is not None:
            inside = f"{self.feasible:,} inside every budget ({percent(self.share)})"
        else:
            inside = f"{percent(self.share)} ± {percent(self.error)} of what is legal inside every budget, by a sample"
        same = f", {self.networks:,} distinct networks" if self.networks not in (None, self.feasible) else ""
        return f"{self.name}: {self.size:,} points{legal}, {inside}{same}"


def profile_of(name: str, found: Survey) -> Profile:
    """The profile of a surveyed space; BudgetError when nothing of it is inside every budget."""
    if not found.inside and (found.inside is not None or not inside_all(found.budgets, found.priced).any()):
        refuse_unreachable(found)
    budgets: dict[str, list[Budget]] = {}
    for budget in found.budgets:
        budgets.setdefault(budget.cost, []).append(budget)
    costs = [*COSTS, *(cost for cost in QUANTITIES if cost in budgets and cost not in COSTS)]
    reaches = tuple(_reach(found, cost, _ends(found, cost), budgets.get(cost, [])) for cost in costs)
    share, error = _share(found)
    networks = None if found.listing is None else len(np.unique(found.listing.keys))
    exact = found.inside is not None
    proven = found.ends is not None
    return Profile(name, found.size, exact, found.legal, found.inside, networks, share, error, reaches, proven)


def _share(found: Survey) -> tuple[float, float]:
    """The share of legal points inside every budget, and half of its 95 % interval by Wilson, which does not shrink to
    nothing when none or all of a sample is inside."""
    if found.inside is not None:
        return found.inside / _counted(found), 0.0
    total = max(1, int(found.priced.legal.sum()))
    share = float(inside_all(found.budgets, found.priced).sum()) / total
    return share, Z / (1 + Z**2 / total) * math.sqrt(share * (1 - share) / total + (Z / total) ** 2 / 4)


def _counted(found: Survey) -> int:
    """Points that shares are of: what no constraint forbids and what is a network."""
    return max(1, found.size if found.legal is None else found.legal)


def _ends(found: Survey, cost: str) -> tuple[tuple[Point, Figures], tuple[Point, Figures]]:
    """The points with the smallest and the largest of a cost, and what these cost."""
    column = PLACES[cost]
    if found.ends is not None:
        cheapest, dearest = (found.point(end.flat) for end in found.ends[column])
        return (cheapest, priced(found, cheapest)), (dearest, priced(found, dearest))
    legal = np.flatnonzero(found.priced.legal)
    if not len(legal):
        refuse_unreachable(found)
    costs = found.priced.costs[legal, column]
    starts = (found.points[legal[costs.argmin()]], found.points[legal[costs.argmax()]])
    low, high = (
        climbed(found, start, lambda rows, sign=sign: sign * rows[:, column].astype(np.float64))  # type: ignore[misc]
        for start, sign in zip(starts, (-1, 1), strict=True)
    )
    return low, high


def _reach(found: Survey, cost: str, ends: tuple[Any, Any], budgets: list[Budget]) -> Reach:
    """The extremes of a cost and the share that keeps its budget."""
    index = PLACES[cost]
    (lowest, bottom), (highest, top) = ends
    budget = budgets[0] if budgets else None
    share = 1.0
    if budget is not None and found.inside_each is not None:
        share = found.inside_each[found.budgets.index(budget)] / _counted(found)
    elif budget is not None:
        share = float(inside_one(budget, found.priced).sum()) / max(1, int(found.priced.legal.sum()))
    values = found.chain.space.values
    return Reach(cost, budget, bottom[index], top[index], values(lowest), values(highest), share)


def percent(share: float) -> str:
    """A share to two digits: 8.3%."""
    return f"{100 * share:.2g}%" if share < 0.995 else f"{100 * share:.0f}%"
