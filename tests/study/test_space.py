"""The space: a fixed encoding that gives back every value it stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import optuna
import pytest
from pydantic import ValidationError

from resspec.errors import SpecError
from resspec.study.declaration import load_search
from resspec.study.problem import problem_of
from resspec.study.space import Range, Scaled, Space, choices
from study.formula import stated

GATE = {"kind": "se", "ratio": 0.25}
LONG = {"kind": "se", "ratio": 0.25, "of": "block", "act": "relu", "gate": "sigmoid"}
LONGER = {"kind": "se", "words": "more than sixty letters, which no axis of a picture has room for"}
SPACE = Space(
    (
        Range(low=2, high=8, step=3).dimension("stages.1.depth"),
        choices("gate", [None, GATE, LONG, LONGER]),
        choices("drop_path", [0, 0.0, False, "0"]),
    )
)


def test_a_range_holds_both_ends():
    assert SPACE.dimensions[0].values == (2, 5, 8)
    assert SPACE.size == 48


def test_every_point_comes_back_from_its_stored_parameters():
    for point in SPACE.points():
        assert SPACE.point(SPACE.params(point)) == point


def test_parts_are_stored_as_their_kind_with_what_it_says_and_mean_the_part():
    params = SPACE.params((0, 1, 0))
    assert params == {"stages.1.depth": 2, "gate": "se(ratio=0.25)", "drop_path": 0}
    assert SPACE.params((0, 2, 0))["gate"] == "se(ratio=0.25,of=block,act=relu,gate=sigmoid)"
    assert SPACE.params((0, 3, 0))["gate"] == "#3"
    assert choices("gate", [LONG, LONG]).labels == ("#0", "#1")
    assert choices("gate", ["eca", {"kind": "se"}, {"kind": "eca"}, [1, 2]]).labels == ("eca", "se", "#2", "[1,2]")
    assert SPACE.values((0, 2, 1)) == {"stages.1.depth": 2, "gate": LONG, "drop_path": 0.0}


def test_optuna_accepts_every_stored_point_without_a_warning():
    for point in SPACE.points():
        trial = optuna.trial.create_trial(params=SPACE.params(point), distributions=SPACE.distributions, value=0.0)
        assert list(trial.params) == ["stages.1.depth", "gate", "drop_path"]


@pytest.mark.parametrize(
    ("fields", "law"),
    [
        ({"low": 3, "high": 1}, "low 3 is above high 1"),
        ({"low": 1, "high": 6, "step": 2}, "steps of 2 from 1 do not meet 6"),
        ({"low": 1, "high": 10**9}, "at most 10,000 values"),
        ({"low": 1, "high": 2, "step": 0}, "greater than or equal to 1"),
        ({"low": 1, "heigh": 2}, "unknown key 'heigh'"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(fields: dict[str, Any], law: str):
    with pytest.raises(ValidationError, match=law):
        Range.model_validate(fields)


def test_near_means_few_steps_on_a_range_and_equal_on_a_choice():
    points = np.array(list(SPACE.points()))
    distances = SPACE.distances(points, (0, 0, 0))
    assert distances[0] == 0
    assert dict(zip(map(tuple, points.tolist()), distances.tolist(), strict=True))[(1, 0, 0)] == 0.5
    assert dict(zip(map(tuple, points.tolist()), distances.tolist(), strict=True))[(2, 2, 3)] == 3.0


def test_factors_scale_what_the_base_says_and_round_it():
    dimension = Scaled(scale=(0.5, 0.75, 1.0), divisor=8).dimension("a, b", {"a": 32, "b": 20})
    assert dimension.paths == ("a", "b")
    assert dimension.settings == ({"a": 16, "b": 16}, {"a": 24, "b": 16}, {"a": 32, "b": 24})
    space = Space((dimension,))
    trial = optuna.trial.create_trial(params=space.params((1,)), distributions=space.distributions, value=0.0)
    assert space.point(trial.params) == (1,)
    assert space.values((2,)) == {"a": 32, "b": 24}


@pytest.mark.parametrize(
    "fields", [{"scale": []}, {"scale": [1.0, 0.5]}, {"scale": [0.0]}, {"scale": [1.0], "step": 1}]
)
def test_factors_that_make_no_sense_are_refused(fields: dict[str, Any]):
    with pytest.raises(ValidationError):
        Scaled.model_validate(fields)


def test_paths_with_a_comma_take_one_value_and_a_star_is_every_stage():
    asked = problem_of(
        load_search(
            stated(
                space={
                    "stages.1.depth, stages.2.depth": {"low": 1, "high": 3},
                    "stages.*.width": {"scale": [1.0, 1.5], "divisor": 4},
                },
                budgets={},
            )
        )
    )
    assert [d.path for d in asked.space.dimensions] == [
        "stages.1.depth, stages.2.depth",
        "stages.1.width",
        "stages.2.width",
    ]
    assert asked.space.values((2, 1, 0)) == {
        "stages.1.depth": 3,
        "stages.2.depth": 3,
        "stages.1.width": 8,
        "stages.2.width": 8,
    }
    assert asked.profile().feasible == 12


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({"stages.1.depth": [1, 2], "stages.1.depth, stages.2.depth": [1, 2]}, "stages.1.depth is set by"),
        ({"stem": {"scale": [1.0, 2.0]}}, "stem cannot be scaled"),
    ],
)
def test_a_space_that_contradicts_itself_is_refused(space: dict[str, Any], said: str):
    with pytest.raises(SpecError, match=said):
        problem_of(load_search(stated(space=space)))
