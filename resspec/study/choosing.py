"""Choosing a network from what a search found: by number, at the knee, or the best within bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resspec.errors import BudgetError, SearchError
from resspec.spec.budgets import Budget, read_budget
from resspec.study.result import Result
from resspec.study.trial import Trial, ranked

WRITTEN = re.compile(r"\s*([a-z]+)\s*((?:<=|>=|=)?.*)\Z", re.DOTALL)


def numbered(result: Result, number: int) -> Trial:
    """The trial of a number; SearchError where there is none."""
    for trial in result.trials:
        if trial.number == number:
            return trial
    raise SearchError.of(
        "RS553", f"{result.name} has no trial {number}", remedy=f"it has 0 to {len(result.trials) - 1}"
    )


def within(result: Result, bounds: Sequence[str]) -> Trial | None:
    """The best complete trial that keeps bounds such as `macs<=100M`, by the search's own ranking; None where none
    does. BudgetError for bounds that are malformed, or on a cost that the trials do not tell."""
    budgets = bounds_of(result, bounds)
    kept = [t for t in result.trials if t.is_complete and all(b.holds(t.prices[b.cost]) for b in budgets)]
    return next(iter(ranked(kept, result.preference)), None)


def nearest(result: Result, bounds: Sequence[str]) -> Trial | None:
    """The complete trial that is least outside of bounds that none keeps."""
    budgets = bounds_of(result, bounds)
    complete = [trial for trial in result.trials if trial.is_complete]
    return min(complete, key=lambda t: max(b.excess(t.prices[b.cost]) for b in budgets), default=None)


def bounds_of(result: Result, bounds: Sequence[str]) -> list[Budget]:
    """The bounds in figures; shares are of the base's costs."""
    known = tuple(next((trial.prices for trial in result.trials), {}))

    def cost_of(cost: str, name: str) -> int:
        if name != "base" or result.base is None:
            raise BudgetError.of("RS402", f"{cost}: {name!r} is not the base of {result.name}", remedy="write a figure")
        return result.base.prices[cost]

    found = []
    for text in bounds:
        match = WRITTEN.match(text)
        if match is None or not match[2]:
            raise BudgetError.of("RS402", f"{text!r} is no bound", remedy="write 'macs<=100M' or 'params<=60% of base'")
        found.append(read_budget(match[1], match[2].removeprefix("=").strip(), cost_of, known=known))
    return found
