"""When nothing is inside the budgets: which of them stands in the way, and the nearest that the space reaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resspec.errors import BudgetError, Fault
from resspec.spec.budgets import QUANTITIES, Budget
from resspec.study.chain import Ints
from resspec.study.columns import PLACES
from resspec.study.space import Point, spoken_part
from resspec.study.sums import CHUNK, Block, Sums
from resspec.study.survey import Survey

Figures = tuple[int, ...]
"""The costs of a point in the order of QUANTITIES."""
Score = Callable[[Ints], NDArray[np.float64]]
"""How good rows of costs are."""

COMPARED = 150_000_000
"""Points up to which the nearest to several bounds is found by comparing all."""


def refuse_unreachable(found: Survey) -> None:
    """BudgetError that names the budget in the way and the nearest that could be met; nothing where a climb finds a
    network."""
    if found.legal == 0 or (found.legal is None and not found.priced.legal.any()):
        raise BudgetError.of(
            "RS403",
            "no point of the space is a legal network",
            remedy="look at the values of the space and its constraints",
        )
    blocking: list[tuple[Budget, ...]] = [
        (budget,) for budget in found.budgets if _excess([budget], nearest(found, [budget])[1])
    ]
    if not blocking:
        if not _excess(found.budgets, nearest(found, found.budgets)[1]):
            return
        blocking = [found.budgets]
    faults = []
    for budgets in blocking:
        point, costs, certain = nearest(found, budgets)
        how = "all points were compared" if certain else "as far as a climb from a sample shows"
        words = " and ".join(str(budget) for budget in budgets) + " cannot be met" + " together" * (len(budgets) > 1)
        reached = ", ".join(_shown(budget.cost, costs) for budget in budgets)
        message = f"{words}: the nearest of the space is {reached} ({written(found.chain.space.values(point))})"
        faults.append(Fault("RS404", message, budgets[0].mark, f"loosen the budget or widen the space ({how})"))
    raise BudgetError(*faults)


def _shown(cost: str, costs: Figures) -> str:
    """A cost of a point with its name and unit."""
    return f"{cost} {QUANTITIES[cost].exact(costs[PLACES[cost]])}"


def nearest(found: Survey, budgets: Sequence[Budget]) -> tuple[Point, Figures, bool]:
    """The network with the least excess over its worst budget, its costs, and whether that is certain: an end of the
    space, or the nearest of all points where they can be compared; else of a climb from the nearest of a sample."""
    if len(budgets) == 1 and found.ends is not None:
        low, high = found.ends[PLACES[budgets[0].cost]]
        if budgets[0].high is not None and budgets[0].high <= low.value:
            return found.point(low.flat), priced(found, found.point(low.flat)), True
        if budgets[0].low is not None and budgets[0].low >= high.value:
            return found.point(high.flat), priced(found, found.point(high.flat)), True
    if found.sums is not None and found.sums.fits and (found.legal or 0) <= COMPARED:
        point = found.point(nearest_of_all(found.sums, budgets))
        return point, priced(found, point), True
    starts = [found.points[found.priced.legal]] if len(found.points) else []
    if found.ends is not None:
        ends = [found.point(end.flat) for pair in found.ends for end in pair]
        starts.append(np.array(ends, np.intp))
    points = np.concatenate(starts)
    excess = excesses(budgets, found.chain.price(points).costs)
    return *climbed(found, points[int(excess.argmin())], lambda costs: -excesses(budgets, costs)), False


def nearest_of_all(sums: Sums, budgets: Sequence[Budget]) -> int:
    """The flat index of the point with the least excess over its worst budget."""
    best, flat = np.inf, -1
    for block in sums.blocks():
        for first, excess in _block_excesses(block, budgets):
            place = int(excess.argmin())
            if excess.flat[place] < best:
                row, column = divmod(place, excess.shape[1])
                best, flat = float(excess.flat[place]), int(block.before.flat[first + row] + block.behind.flat[column])
    return flat


def _block_excesses(block: Block, budgets: Sequence[Budget]) -> Any:
    step = max(1, CHUNK // len(block.behind))
    for first in range(0, len(block.before), step):
        before = block.before.costs[first : first + step]
        worst = np.zeros((len(before), len(block.behind)))
        for budget in budgets:
            column = PLACES[budget.cost]
            total = before[:, column][:, None] + block.behind.costs[:, column][None, :]
            np.maximum(worst, excess_of(budget, total), out=worst)
        yield first, worst


def excess_of(budget: Budget, costs: Ints) -> NDArray[np.float64]:
    """By which share of the bound costs are outside; 0 inside."""
    excess = np.zeros(costs.shape)
    if budget.high is not None:
        excess = np.maximum(excess, (costs - budget.high) / max(1, budget.high))
    if budget.low is not None:
        excess = np.maximum(excess, (budget.low - costs) / max(1, budget.low))
    return excess


def excesses(budgets: Sequence[Budget], costs: Ints) -> NDArray[np.float64]:
    """The excess of each row of costs over its worst budget."""
    each = [excess_of(budget, costs[:, PLACES[budget.cost]]) for budget in budgets]
    return np.max(np.stack(each), axis=0) if each else np.zeros(len(costs))


def _excess(budgets: Sequence[Budget], costs: Figures) -> float:
    return float(excesses(budgets, np.array([costs], np.int64))[0])


def priced(found: Survey, point: Point) -> Figures:
    """The costs of one point."""
    return tuple(found.chain.price(np.array([point], np.intp)).costs[0].tolist())


def climbed(found: Survey, start: NDArray[np.intp], score: Score) -> tuple[Point, Figures]:
    """The point that no change of a single value betters, and its costs."""
    chain, best = found.chain, start
    costs = chain.price(best[None]).costs[0]
    while True:
        near = np.concatenate([_changed(best, axis, size) for axis, size in enumerate(chain.space.shape)])
        found_near = chain.price(near)
        scores = np.where(found_near.legal, score(found_near.costs), -np.inf)
        place = int(scores.argmax())
        if not scores[place] > score(costs[None])[0]:
            return tuple(best.tolist()), tuple(costs.tolist())
        best, costs = near[place], found_near.costs[place]


def _changed(point: NDArray[np.intp], axis: int, size: int) -> NDArray[np.intp]:
    """The point with each value of one dimension."""
    points = np.tile(point, (size, 1))
    points[:, axis] = np.arange(size)
    return points


def written(values: Mapping[str, Any]) -> str:
    """Values as a message shows them."""
    return ", ".join(f"{path}={spoken_part(value) or value}" for path, value in values.items())
