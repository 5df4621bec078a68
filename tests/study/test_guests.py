"""Samplers, pruners and callbacks of the user's: what they may do, and what becomes of a mistake in them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from optuna.trial import TrialState

from command import run
from resspec.errors import SearchError
from resspec.study.result import open_result
from resspec.study.run import run_search
from study.formula import stated
from study.test_run import Told

GUESTS = """\
import sys
import optuna

def enough(study, trial):
    if trial.number == 2:
        study.stop()

def clumsy(study, trial):
    raise KeyError("no such key")

def needs(thing):
    return optuna.pruners.NopPruner()

class Lost(optuna.samplers.RandomSampler):
    def sample_independent(self, *given):
        raise ZeroDivisionError("nowhere to go")

class Torn(optuna.pruners.BasePruner):
    def prune(self, study, trial):
        raise ZeroDivisionError("cut off")

def leaves(job):
    if sum(stage.depth for stage in job.spec.stages) > 4:
        sys.exit(3)
    return 1.0
"""


@pytest.fixture(autouse=True)
def guests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module of guests in the working directory."""
    (tmp_path / "my_guests.py").write_text(GUESTS)
    monkeypatch.chdir(tmp_path)
    yield
    sys.modules.pop("my_guests", None)


def ran(trials: int = 6, observer: Any = None, workers: int = 1, **changes: Any) -> Any:
    named = stated(trials=trials, **{"final": None, "sampler": "random", **changes})
    return run_search(named, path="run", allow=["code"], observer=observer, workers=workers)


def test_a_callback_that_stops_the_study_ends_the_search_and_the_same_command_goes_on():
    told = Told()
    first = ran(callbacks=["my_guests:enough"], observer=told)
    assert len(first.trials) == 3
    assert "stopped 3" in told.heard
    assert told.heard[-2:] == ["ended", "close"]
    again = ran(callbacks=["my_guests:enough"])
    assert len(again.trials) == 6
    assert [t.params for t in again.trials[:3]] == [t.params for t in first.trials]


@pytest.mark.slow
def test_a_callback_that_stops_the_study_in_a_worker_ends_the_search_of_all():
    found = ran(trials=400, callbacks=["my_guests:enough"], workers=2, evaluator={"kind": "formula", "pause": 0.05})
    assert 3 <= len(found.trials) < 40
    assert all(trial.state.is_finished() for trial in found.trials)


def test_a_callback_that_raises_ends_the_search_by_its_name_and_line_and_costs_no_trial():
    with pytest.raises(SearchError, match=r"RS541.*the callback 'my_guests:clumsy' raised KeyError: 'no such key'"):
        ran(callbacks=["my_guests:clumsy"])
    assert [trial.state for trial in open_result("run").trials] == [TrialState.COMPLETE]


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"sampler": {"kind": "python", "function": "my_guests:Lost"}}, "the sampler 'my_guests:Lost' raised ZeroDiv"),
        ({"pruner": {"kind": "python", "function": "my_guests:Torn"}}, r"the pruner raised ZeroDivisionError: cut off"),
    ],
)
def test_a_sampler_or_a_pruner_that_raises_is_a_fault_of_its_own(changes: dict[str, Any], law: str):
    with pytest.raises(SearchError, match=rf"RS541.*{law}[\s\S]*the same command goes on"):
        ran(**changes)


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"pruner": {"kind": "python", "function": "my_guests:needs"}}, r"my_guests:needs cannot be called: TypeError"),
        ({"sampler": {"kind": "python", "function": "my_guests:Nobody"}}, "there is no 'Nobody'"),
        ({"callbacks": ["my_guests:nobody"]}, "there is no 'nobody'"),
        ({"sampler": "cmaes", "objectives": ["accuracy", "macs"]}, "cmaes takes one objective"),
    ],
)
def test_who_cannot_serve_is_refused_before_anything_is_written(changes: dict[str, Any], law: str):
    with pytest.raises(SearchError, match=law):
        ran(**changes)
    assert not Path("run").exists()


def test_a_function_that_exits_fails_its_trial_and_the_search_goes_on():
    found = ran(evaluator={"kind": "python", "function": "my_guests:leaves"}, trials=12)
    assert len(found.trials) == 12
    failed = [trial for trial in found.trials if trial.state == TrialState.FAIL]
    assert failed
    assert {trial.error for trial in failed} == {"SystemExit: 3"}


def test_mistakes_found_late_are_told_at_their_place_in_the_file(tmp_path: Path):
    """On the command line: the place, the remedy, exit code 2 and no traceback."""
    text = """\
base: resnet20_quarter
space: {stages.1.depth: [1, 2]}
evaluator: {kind: table, file: nowhere.json, format: nas-bench-macro}
"""
    for line, place in (
        ("pruner: {kind: python, function: 'my_guests:needs'}", "mine.yaml:4:9: error[RS540]"),
        ("callbacks: ['my_guests:nobody']", "mine.yaml:4:12: error[RS532]"),
        ("trials: 3", "mine.yaml:3:12: error[RS652]"),
        ("storage: mysql://here", "mine.yaml:3:12: error[RS652]"),
    ):
        (tmp_path / "mine.yaml").write_text(text + line + "\n")
        done = run("search", "run", "mine.yaml", "--allow", "code", cwd=tmp_path)
        assert done.returncode == 2
        assert place in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "runs").exists()


def test_what_cannot_be_allowed_or_started_is_refused_and_not_passed_over():
    with pytest.raises(SearchError, match=r"nothing is called 'cod' that could be allowed[\s\S]*allow=\['code'\]"):
        run_search(stated(), path="run", allow=["cod"])
    with pytest.raises(ValueError, match="one worker at least"):
        run_search(stated(), path="run", workers=0)
    assert not Path("run").exists()
