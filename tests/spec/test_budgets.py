"""Budgets: read in any of their forms, refused with what would be right."""

from __future__ import annotations

import pytest

import resspec
from resspec.analysis.figures import FIGURES
from resspec.analysis.memory import Setting, memory_of
from resspec.errors import BudgetError
from resspec.spec.budgets import COSTS, QUANTITIES, Budget, read_budget


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
        ("50%..100% of base", 500, 1_000),
        ("12.5 % .. 50 % of base", 125, 500),
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


@pytest.mark.parametrize(
    "written", ["", "< 25M", "25 apples", "<= 2.5", "60%", "<= -1", "2K..1K", "50%..60%", "90%..10% of base"]
)
def test_a_malformed_budget_is_refused_with_the_forms_there_are(written: str):
    with pytest.raises(BudgetError, match=r"params: .*\n.*write '<= 25M'"):
        read_budget("params", written, cost_of)


@pytest.mark.parametrize(
    ("cost", "written", "low", "high", "text"),
    [
        ("memory", "<= 200MB", None, 200_000_000, "memory <= 200 MB"),
        ("memory", "1MiB..", 2**20, None, "memory >= 1.048576 MB"),
        ("memory", 2048, None, 2048, "memory <= 0.002048 MB"),
        ("latency", "<= 12ms", None, 12_000_000, "latency <= 12 ms"),
        ("latency", "800us..1.5 s", 800_000, 1_500_000_000, "0.8 ms <= latency <= 1,500 ms"),
        ("latency", "<= 60% of base", None, 600, "latency <= 0.0006 ms"),
    ],
)
def test_memory_is_bounded_in_bytes_and_latency_in_nanoseconds(
    cost: str, written: object, low: int | None, high: int | None, text: str
):
    budget = read_budget(cost, written, cost_of)
    assert (budget.low, budget.high, str(budget)) == (low, high, text)


@pytest.mark.parametrize(
    ("cost", "written", "remedy"),
    [
        ("memory", "<= 2G", "200MB"),
        ("memory", "many", "200MB"),
        ("latency", "12", "12ms"),
        ("latency", 12, "12ms"),
        ("latency", "<= 12 fortnights", "12ms"),
        ("latency", "2ms..1ms", "12ms"),
    ],
)
def test_their_bounds_have_units_of_their_own(cost: str, written: object, remedy: str):
    with pytest.raises(BudgetError, match=rf"RS402.*\n.*write '<= {remedy}'"):
        read_budget(cost, written, cost_of)


def test_every_quantity_has_a_figure_and_what_is_additive_is_told():
    assert QUANTITIES.keys() == FIGURES.keys()
    assert [name for name, quantity in QUANTITIES.items() if not quantity.additive] == ["memory"]
    assert tuple(QUANTITIES)[:4] == COSTS


def test_the_figures_are_those_of_the_reports():
    graph = resspec.graph("resnet18")
    assert {name: FIGURES[name](graph) for name in COSTS} == {
        name: getattr(resspec.report("resnet18"), name) for name in COSTS
    }
    assert FIGURES["memory"](graph) == memory_of(graph, Setting()).inference


def test_an_unknown_cost_is_refused_with_the_nearest():
    with pytest.raises(BudgetError, match=r"there is no cost 'mac'\n.*did you mean 'macs'"):
        read_budget("mac", "<= 1M", cost_of)


@pytest.mark.parametrize("cost", QUANTITIES)
@pytest.mark.parametrize(("low", "high"), [(None, 1_234_567), (89_012, None), (1_001, 1_234_567)])
def test_bounds_in_figures_are_read_back_to_the_last_digit(cost: str, low: int | None, high: int | None):
    budget = Budget(cost, low, high, "as written")
    again = read_budget(cost, budget.bounds, lambda *_: 0)
    assert (again.low, again.high) == (low, high)
