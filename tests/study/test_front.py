"""Fronts, their volume and their knee."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from optuna._hypervolume import compute_hypervolume

from resspec.study.front import Placed, beats, best_of, bulging, volume
from resspec.study.objectives import Goal, cost_goal
from resspec.study.result import Result

ACCURACY = Goal("accuracy", "maximize", is_cost=False)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 4])
def test_the_volume_is_that_of_optuna(dimensions: int):
    random = np.random.default_rng(dimensions)
    for count in (1, 2, 7, 25):
        points = random.integers(-3, 10, size=(count, dimensions)).astype(float)
        reference = np.zeros(dimensions)
        inside = points[(points > 0).all(axis=1)]
        expected = compute_hypervolume(-inside, reference) if len(inside) else 0.0
        found = volume([tuple(point) for point in points.tolist()], tuple(reference.tolist()))
        assert found == pytest.approx(expected)


def test_the_front_holds_each_network_that_no_other_beats(search: Callable[..., Result]):
    result = search(objectives=["accuracy", "macs", "params"], trials=60, final=None)
    gains = {t.number: (t.figures["accuracy"], -t.costs.macs, -t.costs.params) for t in result.trials}
    expected = {n for n, mine in gains.items() if not any(beats(other, mine) for other in gains.values())}
    assert {trial.number for trial in result.pareto} == expected
    macs = [trial.costs.macs for trial in result.pareto]
    assert macs == sorted(macs)


def test_the_volume_grows_to_that_of_the_front_and_is_a_share_of_the_box(search: Callable[..., Result]):
    result = search(objectives=["accuracy", "macs"], trials=40, final=None)
    held = result.hypervolume()
    volumes = [value for _, value in held.volumes]
    assert volumes == sorted(volumes)
    assert len(volumes) == 40
    assert held.reference == {
        "accuracy": min(t.figures["accuracy"] for t in result.trials),
        "macs": max(t.costs.macs for t in result.trials),
    }
    points = -np.array([[t.figures["accuracy"], -t.costs.macs] for t in result.pareto])
    corner = np.array([-held.reference["accuracy"], held.reference["macs"]])
    assert held.last == pytest.approx(compute_hypervolume(points, corner))
    assert 0 < held.shares[-1][1] < 1
    wider = result.hypervolume({"accuracy": 0.0})
    assert wider.last > held.last


@pytest.mark.parametrize(
    ("points", "knee"),
    [
        ([(0.1, -1), (0.8, -2), (0.9, -9)], 1),
        ([(0.1, -1), (0.2, -5), (0.9, -6)], 2),
        ([(0.5, -5)], 0),
        ([(0.1, -1), (0.9, -9)], 1),
    ],
)
def test_the_knee_is_where_the_front_bulges_most(points: list[tuple[float, float]], knee: int):
    front = best_of([Placed(place, gains) for place, gains in enumerate(points)])
    assert bulging(front, (ACCURACY, cost_goal("macs"))) == knee


def test_equal_networks_stand_on_the_front_once(search: Callable[..., Result]):
    from resspec.study.front import front_of, placed

    trials = search(trials=12, final=None).trials
    goals = (ACCURACY, cost_goal("macs"))
    assert front_of([*trials, *trials], goals) == front_of(trials, goals)
    twice = placed([trials[0], trials[0], trials[1]], goals)
    assert [network.of.number for network in twice] == [0, 1]


def test_a_result_tells_its_front_and_volume_as_plain_data(search: Callable[..., Result]):
    result = search(objectives=["accuracy", "macs"], final=None)
    data = result.to_dict()
    assert [goal["name"] for goal in data["objectives"]] == ["accuracy", "macs"]
    assert data["pareto"] == [trial.number for trial in result.pareto]
    assert data["hypervolume"]["trials"][-1] == [11, result.hypervolume().last, result.hypervolume().shares[-1][1]]
