"""The frontier: what may become a trial, uniformly, exactly, to the last network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import chisquare

from resspec.study.drawing import drawer_of
from resspec.study.frontier import Exhausted, Frontier, Vast
from resspec.study.problem import Problem

Problems = Callable[..., Problem]

ALIASED = {
    "stages.1.depth": {"low": 1, "high": 3},
    "shortcut": ["projection", {"kind": "projection"}, "none"],
    "stages.1.width": [4, 8],
}
"""18 points that mean 12 networks: the first two shortcuts are one."""


def vast(asked: Problem) -> Vast:
    return Vast(asked.survey)


def test_first_draws_are_uniform_over_networks_though_some_have_two_points(problem: Problems):
    asked = problem(space=ALIASED, budgets={})
    frontier, random = asked.frontier(), np.random.default_rng(0)
    points = Counter(frontier.uniform(random) for _ in range(1200))  # nothing is closed: each is a first draw
    counts: Counter[str] = Counter()
    for point, count in points.items():
        counts[asked.fingerprint(point)] += count
    assert len(counts) == 12
    assert chisquare(list(counts.values())).pvalue > 0.001


def test_closing_a_network_closes_every_point_that_means_it(problem: Problems):
    asked = problem(space=ALIASED, budgets={})
    frontier = asked.frontier()
    frontier.close((0, 0, 0))
    assert not frontier.is_open((0, 0, 0))
    assert not frontier.is_open((0, 1, 0))
    assert frontier.is_open((0, 2, 0))


@pytest.mark.parametrize("kind", [Problem.frontier, vast])
def test_draws_without_replacement_meet_every_network_once_and_then_end(
    problem: Problems, kind: Callable[[Problem], Frontier], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("resspec.study.frontier.TRIES", 3)
    asked = problem(space=ALIASED, budgets={"params": "<= 4K"})
    inside = {
        asked.fingerprint(p) for p in asked.space.points() if asked.pricer.price(asked.space.values(p)).params <= 4_000
    }
    frontier, random, met = kind(asked), np.random.default_rng(1), []
    for _ in inside:
        point = frontier.uniform(random)
        met.append(asked.fingerprint(point))
        frontier.close(point)
    assert 0 < len(inside) < 12
    assert sorted(met) == sorted(inside)
    with pytest.raises(Exhausted):
        frontier.uniform(random)
    with pytest.raises(Exhausted):
        frontier.nearest((0, 0, 0), random)


def test_a_point_over_budget_is_repaired_to_the_nearest_open_one_when_nearly_all_is_closed(problem: Problems):
    asked = problem()
    frontier, random = asked.frontier(), np.random.default_rng(2)
    inside = [p for p in asked.space.points() if frontier.is_open(p)]
    left = set(inside[:: len(inside) // 3][:3])
    for point in inside:
        if point not in left:
            frontier.close(point)
    far = tuple(len(d) - 1 for d in asked.space.dimensions)
    found = frontier.nearest(far, random)
    distances = {p: asked.space.distances(np.array([p]), far)[0] for p in left}
    assert not frontier.is_open(far)
    assert found in left
    assert distances[found] == min(distances.values())


def test_a_large_space_is_repaired_to_a_neighbour(problem: Problems):
    asked = problem()
    frontier = vast(asked)
    over = (3, 2, 3, 3)
    found = frontier.nearest(over, np.random.default_rng(0))
    assert not frontier.is_open(over)
    assert frontier.is_open(found)


def test_a_vast_space_is_drawn_from_uniformly_inside_its_tightest_budget(problem: Problems):
    asked = problem(budgets={"params": "<= 6K", "macs": "<= 150K"})
    drawer, random = drawer_of(asked.survey), np.random.default_rng(3)
    assert drawer is not None
    costs = {p: asked.pricer.price(asked.space.values(p)) for p in asked.space.points()}
    few = min(("params", 6_000), ("macs", 150_000), key=lambda b: sum(getattr(c, b[0]) <= b[1] for c in costs.values()))
    inside = {point for point, cost in costs.items() if getattr(cost, few[0]) <= few[1]}
    assert drawer.inside == len(inside)
    drawn = Counter(tuple(point) for point in drawer(random, 40 * len(inside)).tolist())
    assert set(drawn) == inside
    assert chisquare(list(drawn.values())).pvalue > 0.001


def test_a_budget_that_hardly_a_point_keeps_is_drawn_from_at_once(problem: Problems):
    space = {f"stages.{stage}.depth": {"low": 1, "high": 40} for stage in (1, 2)}
    space |= {f"stages.{stage}.width": {"low": 1, "high": 12} for stage in (1, 2)}
    low = problem(space=space, budgets={}).profile().reaches[1].low
    asked = problem(space=space, budgets={"macs": f"<= {low + 200}"})
    share = asked.survey.inside / asked.space.size if asked.survey.inside else 0.0
    assert 0 < share < 1e-4
    frontier = vast(asked)
    assert len(frontier.draws(np.random.default_rng(0), 50)) == 50


def test_points_that_are_no_legal_network_are_never_open(problem: Problems):
    asked = problem(space={"block": [{"kind": "basic", "groups": 3}, "basic"], "stages.1.width": [4, 8]}, budgets={})
    frontier = asked.frontier()
    legal = [frontier.is_open(point) for point in asked.space.points()]
    assert 0 < sum(legal) <= 2
