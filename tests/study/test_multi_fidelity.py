"""Successive halving and Hyperband: who goes on from a rung is worked out here again, from what was reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from optuna.trial import FrozenTrial, TrialState

from resspec.errors import ResspecError
from resspec.study.run import run_search
from study.formula import stated

SPACE = {
    "stages.1.depth": {"low": 1, "high": 6},
    "stages.1.width": {"low": 4, "high": 16, "step": 4},
    "stages.2.depth": {"low": 1, "high": 6},
    "stages.2.width": {"low": 8, "high": 32, "step": 8},
}


def trials(path: Path, **pruner: object) -> list[FrozenTrial]:
    """The trials of a random search whose networks report after each of four steps."""
    said = stated(space=SPACE, budgets={}, sampler="random", pruner=pruner, trials=60, final=None)
    return run_search(said, path=path).study.trials


def goes_on(trial: FrozenTrial, rung: int, before: list[FrozenTrial], factor: int) -> bool:
    """Whether a trial is among the best 1/factor of those that came to a rung up to it; the best of few always is."""
    rivals = sorted(
        (t.intermediate_values[rung] for t in (*before, trial) if rung in t.intermediate_values), reverse=True
    )
    return trial.intermediate_values[rung] >= rivals[max(1, len(rivals) // factor) - 1]


@pytest.mark.parametrize(("first", "factor", "rungs"), [(1, 2, (1, 2)), (2, 2, (2,)), (1, 3, (1, 3))])
def test_halving_lets_the_best_of_each_rung_go_on_and_stops_all_others_there(
    tmp_path: Path, first: int, factor: int, rungs: tuple[int, ...]
):
    found = trials(tmp_path / "run", kind="halving", first=first, factor=factor)
    for place, trial in enumerate(found):
        stopped = next((rung for rung in rungs if not goes_on(trial, rung, found[:place], factor)), None)
        assert max(trial.intermediate_values) == (stopped or 4)
        assert trial.state == (TrialState.PRUNED if stopped else TrialState.COMPLETE)
    states = [trial.state for trial in found]
    assert states.count(TrialState.PRUNED) >= 60 * (1 - 1 / factor) - 12
    best = max(found, key=lambda trial: trial.intermediate_values[1])
    assert best.state == TrialState.COMPLETE


def test_halving_stops_nobody_at_a_rung_before_enough_came_to_it(tmp_path: Path):
    found = trials(tmp_path / "run", kind="halving", first=1, factor=2, startup=20)
    assert all(trial.state == TrialState.PRUNED and max(trial.intermediate_values) == 1 for trial in found[:20])
    assert any(trial.state == TrialState.COMPLETE for trial in found[20:])


def test_hyperband_has_trials_that_first_meet_a_later_rung(tmp_path: Path):
    found = trials(tmp_path / "run", kind="hyperband", first=1, last=4, factor=2)
    assert {max(trial.intermediate_values) for trial in found} == {1, 2, 4}
    patient = [
        trial
        for place, trial in enumerate(found)
        if max(trial.intermediate_values) > 1 and not goes_on(trial, 1, found[:place], 2)
    ]
    assert len(patient) >= 10


def test_hyperband_that_is_not_told_how_long_a_trial_is_learns_it_from_the_first_complete_one(tmp_path: Path):
    found = trials(tmp_path / "run", kind="hyperband")
    assert found[0].state == TrialState.COMPLETE
    assert any(trial.state == TrialState.PRUNED for trial in found)


@pytest.mark.parametrize("wrong", [{"factor": 1}, {"first": 0}, {"rungs": 3}])
def test_a_pruner_that_cannot_be_is_told_before_any_trial(tmp_path: Path, wrong: dict[str, int]):
    with pytest.raises(ResspecError, match=next(iter(wrong))):
        trials(tmp_path / "run", kind="halving", **wrong)
    assert not (tmp_path / "run").exists()
