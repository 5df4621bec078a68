"""What becomes of networks that were tried before: skipped, taken over, or measured again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from resspec.study.proposing import REPLAYS
from resspec.study.result import Result
from study.formula import stated

SMALL: dict[str, Any] = {"stages.1.depth": [1, 2], "shortcut": ["projection", {"kind": "projection"}]}
"""Four points that are two networks."""
CALLED: list[int] = []


def heard(study: optuna.Study, trial: FrozenTrial) -> None:
    """A callback."""
    assert study.trials[trial.number].state.is_finished()
    CALLED.append(trial.number)


def prints(result: Result) -> list[str]:
    return [trial.fingerprint for trial in result.trials]


@pytest.mark.parametrize("sampler", ["random", "bayes"])
def test_skipping_ends_the_search_when_every_network_was_tried(search: Callable[..., Result], sampler: str):
    result = search(space=SMALL, budgets={}, trials=9, final=None, sampler=sampler)
    assert len(result.trials) == len(set(prints(result))) == 2


def test_replaying_takes_over_what_was_measured(search: Callable[..., Result]):
    result = search(space=SMALL, budgets={}, trials=9, final=None, sampler="random", duplicates="replay")
    assert len(result.trials) == 9
    assert len(set(prints(result))) == 2
    values = {trial.fingerprint: trial.values for trial in result.trials}
    assert all(trial.values == values[trial.fingerprint] for trial in result.trials)
    replayed = [trial for trial in result.study.trials if REPLAYS in trial.user_attrs]
    assert len(replayed) == 7
    assert all(not trial.intermediate_values for trial in replayed)  # nothing was run


def test_repeating_measures_again_from_another_seed(search: Callable[..., Result]):
    result = search(space=SMALL, budgets={}, trials=9, final=None, sampler="random", duplicates="repeat")
    assert len(result.trials) == 9
    assert len(set(prints(result))) == 2
    assert len({trial.values for trial in result.trials}) == 9
    assert all(trial.state == TrialState.COMPLETE for trial in result.trials)


def test_a_search_goes_on_by_the_same_proposals_after_a_stop(search: Callable[..., Result]):
    whole = search(trials=24, final=None, sampler="bayes", path="whole")
    search(trials=13, final=None, sampler="bayes", path="parts")
    parts = search(trials=24, final=None, sampler="bayes", path="parts")
    assert prints(parts) == prints(whole)


def test_callbacks_and_a_pruner_of_the_users_are_allowed_by_whoever_runs_the_search(tmp_path: Any):
    from resspec.errors import SearchError
    from resspec.study.run import run_search

    named = stated(
        trials=3,
        final=None,
        callbacks=["study.test_proposing:heard"],
        pruner={"kind": "python", "function": "optuna.pruners:ThresholdPruner", "options": {"lower": 0.9}},
    )
    with pytest.raises(SearchError, match="the callbacks runs code that the search names"):
        run_search(named, path=tmp_path / "refused")
    from study import test_proposing

    test_proposing.CALLED.clear()
    with pytest.raises(SearchError, match="RS504"):  # all were pruned
        run_search(named, path=tmp_path / "run", allow=["code"])
    assert test_proposing.CALLED == [0, 1, 2]
