"""Budgets: bounds on what a network costs, absolute or as a share of a named spec's.

This is the one place of their names. A quantity is `additive` where a network's figure is the sum of the figures of its
pieces, so that a search may price each piece once: params, macs, flops, activations, and latency, whose prediction is a
sum over operations. Memory is not: its peak is a maximum over the schedule of the whole graph."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from resspec.errors import BudgetError, Mark, ResspecError, did_you_mean
from resspec.spec.units import (
    exact_bytes,
    exact_nanoseconds,
    format_bytes,
    format_count,
    format_nanoseconds,
    parse_bytes,
    parse_count,
    parse_nanoseconds,
)

COSTS: Final = ("params", "macs", "flops", "activations")
"""The exact counts of one image; each is known from a network's ops alone, in microseconds."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a budget may bound. Its figures are whole numbers of the smallest unit: counts, bytes, nanoseconds. `read`
    takes a bound as written (ResspecError where it is none), `exact` writes all digits, `short` three; `forms` are
    bounds to follow."""

    about: str
    additive: bool
    read: Callable[[object], int]
    exact: Callable[[int], str]
    short: Callable[[int], str]
    forms: str

    @property
    def remedy(self) -> str:
        """What to write instead of a bound that is none."""
        return f"write {self.forms} or '<= 60% of base'"


def _count(about: str) -> Quantity:
    return Quantity(about, True, parse_count, "{:,}".format, format_count, "'<= 25M', '>= 1M', '1M..25M'")


QUANTITIES: Final[Mapping[str, Quantity]] = {
    "params": _count("Learnable parameters."),
    "macs": _count("Multiply-accumulates of one image."),
    "flops": _count("Operations of one image: twice the macs and all else."),
    "activations": _count("Elements put out by convolutions and matrix products."),
    "memory": Quantity(
        "Bytes of inference at their peak: weights and activations of one image in float32.",
        additive=False,
        read=parse_bytes,
        exact=exact_bytes,
        short=format_bytes,
        forms="'<= 200MB', '>= 1MiB', '100MB..200MB'",
    ),
    "latency": Quantity(
        "Time of one image's forward pass, predicted from a table that `resspec bench --calibrate` measured.",
        additive=True,
        read=parse_nanoseconds,
        exact=exact_nanoseconds,
        short=format_nanoseconds,
        forms="'<= 12ms', '>= 1ms', '1ms..12ms'",
    ),
}
"""What a budget may bound, by name: the costs first."""

_SHARE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%\s*of\s+(\S+)\Z")

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

    def over(self, value: int) -> int:
        """By how much a cost is outside; 0 inside."""
        if self.high is not None and value > self.high:
            return value - self.high
        if self.low is not None and value < self.low:
            return self.low - value
        return 0

    @property
    def bounds(self) -> str:
        """The bounds in figures as a file may write them: `<= 12000`, `1000..2000`."""
        exact = QUANTITIES[self.cost].exact
        low, high = ("" if side is None else exact(side).replace(",", "") for side in (self.low, self.high))
        return f"{low}..{high}" if low and high else f">= {low}" if low else f"<= {high}"

    def __str__(self) -> str:
        low, high = (None if side is None else QUANTITIES[self.cost].exact(side) for side in (self.low, self.high))
        if low is None:
            return f"{self.cost} <= {high}"
        if high is None:
            return f"{self.cost} >= {low}"
        return f"{low} <= {self.cost} <= {high}"


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
            raise BudgetError.of("RS402", message, mark=self.mark, remedy=QUANTITIES[self.cost].remedy)
        return Budget(self.cost, low, high, self.text, self.mark)


def read_bounds(
    cost: str, written: object, mark: Mark | None = None, known: Sequence[str] = tuple(QUANTITIES)
) -> Bounds:
    """The bounds that a file writes on a cost, which is one of the `known`; BudgetError where they are malformed."""
    if cost not in known:
        raise BudgetError.of("RS401", f"there is no cost {cost!r}", mark=mark, remedy=did_you_mean(cost, known))
    text = str(written).strip()
    if isinstance(written, (int, float)):
        return Bounds(cost, None, _bound(written, text, cost, mark), text, mark)
    low, high = (_bound(side, text, cost, mark) for side in _sides(text))
    if low is None and high is None:
        message = f"{cost}: {text!r} bounds nothing"
        raise BudgetError.of("RS402", message, mark=mark, remedy=QUANTITIES[cost].remedy)
    return Bounds(cost, low, high, text, mark)


def read_budget(
    cost: str, written: object, cost_of: CostOf, mark: Mark | None = None, known: Sequence[str] = tuple(QUANTITIES)
) -> Budget:
    """The budget that a file writes, in figures; BudgetError where it is malformed."""
    return read_bounds(cost, written, mark, known).budget(cost_of)


_PERCENT = re.compile(r"[\d.]+\s*%\Z")


def _sides(text: str) -> tuple[str, str]:
    """Lower and upper bound as written; empty where open. A bare number is an upper bound."""
    if text.startswith(">="):
        return text[2:].strip(), ""
    low, dots, high = text.partition("..")
    if dots and not text.startswith("<="):
        low, high = low.strip(), high.strip()
        if _PERCENT.match(low) and (share := _SHARE.match(high)):  # `20%..90% of base` is of one spec
            low = f"{low} of {share[2]}"
        return low, high
    return "", text.removeprefix("<=").strip()


def _bound(side: str | float, text: str, cost: str, mark: Mark | None) -> Bound:
    if side == "":
        return None
    if isinstance(side, str) and (share := _SHARE.match(side)):
        return ShareOf(Fraction(share[1]) / 100, share[2])
    try:
        return QUANTITIES[cost].read(side)
    except ResspecError:
        message = f"{cost}: {side!r} is no bound" if side == text else f"{cost}: {side!r} in {text!r} is no bound"
        raise BudgetError.of("RS402", message, mark=mark, remedy=QUANTITIES[cost].remedy) from None


def shown(value: int) -> str:
    """A cost to three digits: 25.6M."""
    return format_count(value)
