"""The proof before the first trial: exact over a space that can be listed, honest about its doubt over a larger one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from resspec.errors import BudgetError
from resspec.study.problem import Problem
from study.formula import SPACE, cost

Problems = Callable[..., Problem]


@pytest.fixture(autouse=True)
def _small_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resspec.study.survey.SAMPLE", 1_000)


LARGE = {
    "stages.1.depth": {"low": 1, "high": 40},
    "stages.1.width": {"low": 1, "high": 40},
    "stages.2.depth": {"low": 1, "high": 40},
    "stages.2.width": {"low": 1, "high": 40},
}


def test_the_profile_of_a_listed_space_is_that_of_every_point_priced_on_its_own(problem: Problems):
    asked = problem(budgets={"params": "<= 12K", "macs": "60K..150K"})
    found = asked.profile()
    points = [asked.space.params(point) for point in asked.space.points()]
    params, macs = ([cost(point, name) for point in points] for name in ("params", "macs"))
    inside = sum(p <= 12_000 and 60_000 <= m <= 150_000 for p, m in zip(params, macs, strict=True))
    assert (found.size, found.exact, found.feasible) == (192, True, inside)
    assert found.share == inside / 192
    reach = {reach.cost: reach for reach in found.reaches}
    assert (reach["params"].low, reach["params"].high) == (min(params), max(params))
    assert (reach["macs"].low, reach["macs"].high) == (min(macs), max(macs))
    assert cost(reach["macs"].highest, "macs") == max(macs)
    assert reach["params"].share == sum(p <= 12_000 for p in params) / 192
    assert reach["flops"].budget is None


def test_a_space_too_large_to_list_is_sampled_and_its_ends_are_climbed_to(problem: Problems):
    asked = problem(space=LARGE, budgets={"params": "<= 100K"})
    found = asked.profile()
    assert (found.size, found.exact, found.feasible) == (40**4, False, None)
    assert 0 < found.error < 0.04
    reach = {reach.cost: reach for reach in found.reaches}["params"]
    assert reach.lowest == dict.fromkeys(LARGE, 1)
    assert reach.highest == dict.fromkeys(LARGE, 40)
    assert "by a sample" in found.summary()


def test_a_budget_below_the_smallest_network_names_that_network(problem: Problems):
    smallest = {path: values["low"] for path, values in SPACE.items()}
    with pytest.raises(BudgetError) as caught:
        problem(budgets={"params": "<= 1K"}).profile()
    written = ", ".join(f"{path}={value}" for path, value in smallest.items())
    expected = f"params <= 1,000 cannot be met: the nearest of the space is params {cost(smallest):,} ({written})"
    assert expected in str(caught.value)


def test_a_budget_in_a_gap_of_the_space_names_the_nearest_network(problem: Problems):
    sizes = sorted({cost(values) for values in (problem().space.values(p) for p in problem().space.points())})
    low, high = max(pairwise(sizes), key=lambda pair: pair[1] - pair[0])
    with pytest.raises(BudgetError, match=f"the nearest of the space is params ({low:,}|{high:,})"):
        problem(budgets={"params": f"{low + 1}..{high - 1}"}).profile()


def test_budgets_that_each_can_be_met_but_not_together_say_so(problem: Problems):
    with pytest.raises(BudgetError, match=r"params <= 3,000 and macs >= 500,000 cannot be met together"):
        problem(budgets={"params": "<= 3K", "macs": ">= 500K"}).profile()


def test_a_rare_network_of_a_large_space_is_found_by_climbing_not_denied(problem: Problems):
    smallest = cost(dict.fromkeys(LARGE, 1))
    assert problem(space=LARGE, budgets={"params": f"<= {smallest}"}).profile().share <= 1 / 1_000
    with pytest.raises(BudgetError, match="as far as a climb from a sample shows"):
        problem(space=LARGE, budgets={"params": f"<= {smallest - 1}"}).profile()
