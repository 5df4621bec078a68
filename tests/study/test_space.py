"""The space: a fixed encoding that gives back every value it stored."""

from __future__ import annotations

from typing import Any

import numpy as np
import optuna
import pytest
from pydantic import ValidationError

from resspec.study.space import Range, Space, choices

GATE = {"kind": "se", "ratio": 0.25}
LONG = {"kind": "se", "ratio": 0.25, "of": "block", "act": "relu", "gate": "sigmoid"}
SPACE = Space(
    (
        Range(low=2, high=8, step=3).dimension("stages.1.depth"),
        choices("gate", [None, GATE, LONG]),
        choices("drop_path", [0, 0.0, False, "0"]),
    )
)


def test_a_range_holds_both_ends():
    assert SPACE.dimensions[0].values == (2, 5, 8)
    assert SPACE.size == 36


def test_every_point_comes_back_from_its_stored_parameters():
    for point in SPACE.points():
        assert SPACE.point(SPACE.params(point)) == point


def test_parts_are_stored_as_short_text_or_by_position_and_mean_the_part():
    params = SPACE.params((0, 1, 0))
    assert params == {"stages.1.depth": 2, "gate": '{"kind":"se","ratio":0.25}', "drop_path": 0}
    assert SPACE.params((0, 2, 0))["gate"] == "#2"
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
