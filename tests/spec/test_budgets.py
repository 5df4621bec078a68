"""Budgets: read in any of their forms, refused with what would be right."""

from __future__ import annotations

import pytest

from resspec.errors import BudgetError
from resspec.spec.budgets import read_budget


def cost_of(_: str, name: str) -> int:
    return {"base": 1000, "resnet18": 11_689_512}[name]


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("<= 25M", None, 25_000_000),
        ("<=4.1G", None, 4_100_000_000),
        (">= 10K", 10_000, None),
        ("1K..2K", 1_000, 2_000),
        ("1K..", 1_000, None),
        ("..2K", None, 2_000),
        (12_345, None, 12_345),
        ("12345", None, 12_345),
        ("<= 60% of base", None, 600),
        ("50% of base..100% of base", 500, 1_000),
        ("<= 12.5 % of resnet18", None, 1_461_189),
    ],
)
def test_a_budget_is_an_upper_bound_a_lower_one_or_a_range(written: object, low: int | None, high: int | None):
    budget = read_budget("params", written, cost_of)
    assert (budget.low, budget.high) == (low, high)
    for bound in (low, high):
        assert bound is None or (budget.holds(bound) and budget.excess(bound) == 0)
    if high is not None:
        assert not budget.holds(high + 1)
        assert budget.excess(2 * high) == pytest.approx(1.0)
    if low is not None:
        assert not budget.holds(low - 1)


@pytest.mark.parametrize("written", ["", "< 25M", "25 apples", "<= 2.5", "60%", "<= -1", "2K..1K"])
def test_a_malformed_budget_is_refused_with_the_forms_there_are(written: str):
    with pytest.raises(BudgetError, match=r"params: .*\n.*write '<= 25M'"):
        read_budget("params", written, cost_of)


def test_an_unknown_cost_is_refused_with_the_nearest():
    with pytest.raises(BudgetError, match=r"there is no cost 'mac'\n.*did you mean 'macs'"):
        read_budget("mac", "<= 1M", cost_of)
