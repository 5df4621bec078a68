"""The proof before the first trial: exact over a space that can be listed, honest about its doubt over a larger one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from resspec import report
from resspec.errors import BudgetError
from resspec.spec.budgets import COSTS
from resspec.study.problem import Problem
from resspec.study.survey import unravelled
from study.formula import SPACE, cost

Problems = Callable[..., Problem]


LARGE = {
    "stages.1.depth": {"low": 1, "high": 20},
    "stages.1.width": {"low": 1, "high": 20},
    "stages.2.depth": {"low": 1, "high": 20},
    "stages.2.width": {"low": 1, "high": 20},
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


def test_a_space_of_millions_is_summed_over_exactly(problem: Problems):
    asked = problem(space=LARGE, budgets={"params": "<= 100K", "macs": ">= 100K"})
    found = asked.profile()
    size = 20**4
    every = unravelled(np.arange(size), (20,) * 4)
    priced = asked.chain.price(every)
    inside = (priced.costs[:, 0] <= 100_000) & (priced.costs[:, 1] >= 100_000)
    assert (found.size, found.legal, found.exact, found.feasible) == (size, size, True, int(inside.sum()))
    assert found.error == 0
    reach = {reach.cost: reach for reach in found.reaches}
    assert (reach["macs"].low, reach["macs"].high) == (priced.costs[:, 1].min(), priced.costs[:, 1].max())
    assert reach["params"].lowest == dict.fromkeys(LARGE, 1)
    assert reach["params"].highest == dict.fromkeys(LARGE, 20)
    assert reach["params"].share == (priced.costs[:, 0] <= 100_000).mean()


def test_bulk_prices_are_the_prices_of_the_graphs(problem: Problems):
    asked = problem(space=LARGE | {"gate": [None, "se"], "input": [[1, 8, 8], [1, 12, 12]]}, budgets={})
    points = asked.space.draw(np.random.default_rng(0), 40)
    priced = asked.chain.price(points)
    for row, point in enumerate(points.tolist()):
        costs = report(asked.spec(tuple(point))).costs
        assert priced.costs[row].tolist() == [getattr(costs, name) for name in COSTS]


def test_keys_are_equal_where_fingerprints_are(problem: Problems):
    space = {
        "stages.1.depth": {"low": 1, "high": 3},
        "shortcut": ["projection", {"kind": "projection"}, "none"],
        "stages.2.depth": {"low": 1, "high": 3},
        "stages.2.stride": [1, 2],
        "stages.2.width": [4, 8],
    }
    asked = problem(space=space, budgets={})
    points = list(asked.space.points())
    keys = asked.chain.price(np.array(points)).keys.tolist()
    prints = [asked.fingerprint(point) for point in points]
    pairs = set(zip(keys, prints, strict=True))
    assert len(pairs) == len(set(keys)) == len(set(prints)) < len(points)
    assert asked.profile().networks == len(set(prints))


def test_a_space_too_large_to_sum_over_is_sampled_and_its_ends_are_climbed_to(
    problem: Problems, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("resspec.study.sums.ENTRIES", 10)
    monkeypatch.setattr("resspec.study.survey.BRUTE", 10)
    asked = problem(space=LARGE, budgets={"params": "<= 100K"})
    found = asked.profile()
    assert (found.size, found.exact, found.feasible) == (20**4, False, None)
    assert 0 < found.error < 0.04
    reach = {reach.cost: reach for reach in found.reaches}["params"]
    assert reach.lowest == dict.fromkeys(LARGE, 1)
    assert reach.highest == dict.fromkeys(LARGE, 20)
    assert "by a sample" in found.summary()
    assert "are not proven" in str(found)
    smallest = cost(dict.fromkeys(LARGE, 1))
    assert problem(space=LARGE, budgets={"params": f"<= {smallest}"}).profile().share <= 1 / 1_000
    with pytest.raises(BudgetError, match="as far as a climb from a sample shows"):
        problem(space=LARGE, budgets={"params": f"<= {smallest - 1}"}).profile()


def test_all_ways_of_surveying_a_space_agree(problem: Problems, monkeypatch: pytest.MonkeyPatch):
    budgets = {"params": "<= 12K", "macs": "60K..150K"}
    summed = problem(budgets=budgets).survey
    monkeypatch.setattr("resspec.study.sums.ENTRIES", 10)
    priced = problem(budgets=budgets).survey
    assert summed.sums is not None
    assert priced.sums is None
    assert summed.inside == priced.inside
    assert summed.inside_each == priced.inside_each
    assert summed.listing is not None
    assert priced.listing is not None
    assert summed.listing.flats.tolist() == priced.listing.flats.tolist()
    assert summed.listing.keys.tolist() == priced.listing.keys.tolist()
    assert [[end.value for end in ends] for ends in summed.ends or ()] == [
        [end.value for end in ends] for ends in priced.ends or ()
    ]


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


@pytest.mark.parametrize("entries", [None, 10])
def test_shares_are_of_what_no_constraint_forbids(
    problem: Problems, monkeypatch: pytest.MonkeyPatch, entries: int | None
):
    if entries is not None:
        monkeypatch.setattr("resspec.study.sums.ENTRIES", entries)
        monkeypatch.setattr("resspec.study.survey.BRUTE", entries)
    laws = [{"kind": "rising", "of": list(LARGE)}]
    found = problem(space=LARGE, constraints=laws, budgets={"params": "<= 100M"}).profile()
    assert found.share == 1.0, "all that is legal is inside"
    assert {reach.share for reach in found.reaches if reach.budget} == {1.0}
    assert "of what is legal" in str(found)
