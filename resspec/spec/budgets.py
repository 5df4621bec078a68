"""Budgets: bounds on the exact costs of a network, absolute or as a share of a named spec's."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from resspec.errors import BudgetError, Mark, SpecError, did_you_mean
from resspec.spec.units import format_count, parse_count

COSTS: Final = ("params", "macs", "flops", "activations")
"""What a budget may bound; exact whole numbers for one image."""

_SHARE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%\s*of\s+(\S+)\Z")
REMEDY = "write '<= 25M', '>= 1M', '1M..25M' or '<= 60% of base'"

CostOf = Callable[[str, str], int]
"""(cost, spec's name or path) -> the figure of that spec."""


@dataclass(frozen=True, slots=True)
class Budget:
    """`low` <= cost <= `high`; None leaves a side open. `text` is the budget as written, `mark` the place."""

    cost: str
    low: int | None
    high: int | None
    text: str
    mark: Mark | None = field(default=None, compare=False, repr=False)

    def holds(self, value: int) -> bool:
        """Whether a cost is inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def excess(self, value: int) -> float:
        """By which share of the bound a cost is outside; 0 inside."""
        if self.high is not None and value > self.high:
            return (value - self.high) / max(1, self.high)
        if self.low is not None and value < self.low:
            return (self.low - value) / max(1, self.low)
        return 0.0

    def __str__(self) -> str:
        if self.low is None:
            return f"{self.cost} <= {self.high:,}"
        if self.high is None:
            return f"{self.cost} >= {self.low:,}"
        return f"{self.low:,} <= {self.cost} <= {self.high:,}"


@dataclass(frozen=True, slots=True)
class ShareOf:
    """A bound that is a share of a named spec's cost."""

    share: Fraction
    name: str


Bound = int | ShareOf | None
"""A bound as written; None where open."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A budget as written, before the specs it names are read."""

    cost: str
    low: Bound
    high: Bound
    text: str
    mark: Mark | None

    def budget(self, cost_of: CostOf) -> Budget:
        """The budget in figures; BudgetError where it ends below its start."""

        def figure(bound: Bound, rounded: Callable[[Fraction], int]) -> int | None:
            if isinstance(bound, ShareOf):
                return rounded(bound.share * cost_of(self.cost, bound.name))
            return bound

        low, high = figure(self.low, math.ceil), figure(self.high, math.floor)
        if low is not None and high is not None and low > high:
            message = f"{self.cost}: {self.text!r} ends below its start"
            raise BudgetError.of("RS402", message, mark=self.mark, remedy=REMEDY)
        return Budget(self.cost, low, high, self.text, self.mark)


def read_bounds(cost: str, written: object, mark: Mark | None = None) -> Bounds:
    """The bounds that a file writes on a cost; BudgetError where they are malformed."""
    if cost not in COSTS:
        raise BudgetError.of("RS401", f"there is no cost {cost!r}", mark=mark, remedy=did_you_mean(cost, COSTS))
    text = str(written).strip()
    if isinstance(written, (int, float)):
        return Bounds(cost, None, _bound(written, text, cost, mark), text, mark)
    low, high = (_bound(side, text, cost, mark) for side in _sides(text))
    if low is None and high is None:
        raise BudgetError.of("RS402", f"{cost}: {text!r} bounds nothing", mark=mark, remedy=REMEDY)
    return Bounds(cost, low, high, text, mark)


def read_budget(cost: str, written: object, cost_of: CostOf, mark: Mark | None = None) -> Budget:
    """The budget that a file writes, in figures; BudgetError where it is malformed."""
    return read_bounds(cost, written, mark).budget(cost_of)


def _sides(text: str) -> tuple[str, str]:
    """Lower and upper bound as written; empty where open. A bare number is an upper bound."""
    if text.startswith(">="):
        return text[2:].strip(), ""
    low, dots, high = text.partition("..")
    if dots and not text.startswith("<="):
        return low.strip(), high.strip()
    return "", text.removeprefix("<=").strip()


def _bound(side: str | float, text: str, cost: str, mark: Mark | None) -> Bound:
    if side == "":
        return None
    if isinstance(side, str) and (share := _SHARE.match(side)):
        return ShareOf(Fraction(share[1]) / 100, share[2])
    try:
        return parse_count(side)
    except SpecError:
        message = f"{cost}: {side!r} is no bound" if side == text else f"{cost}: {side!r} in {text!r} is no bound"
        raise BudgetError.of("RS402", message, mark=mark, remedy=REMEDY) from None


def shown(value: int) -> str:
    """A cost to three digits: 25.6M."""
    return format_count(value)
