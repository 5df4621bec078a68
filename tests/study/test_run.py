"""A search from its file to its result: what is promised of every trial, and how it ends."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

import resspec
from resspec.errors import BudgetError, DataError, SearchError
from resspec.spec.loading import load_spec
from resspec.study.observer import Observer
from resspec.study.result import Result, open_result
from resspec.study.run import profile, run_search
from resspec.study.trial import Trial
from resspec.study.words import verdict_lines
from study.formula import BASE, cost, stated

Searched = Callable[..., Result]


class Told(Observer):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def opened(self, problem: Any, profile: Any, trials: list[Trial], total: int) -> None:
        self.heard.append(f"opened {len(trials)}/{total}")

    def started(self, trial: Trial, steps: int) -> None:
        self.heard.append(f"started {trial.number}")

    def stepped(self, trial: Trial, step: int, accuracy: float) -> None:
        self.heard.append(f"step {step}")

    def finished(self, trial: Trial) -> None:
        self.heard.append(f"finished {trial.number} {trial.state.name}")

    def exhausted(self, tried: int) -> None:
        self.heard.append(f"exhausted {tried}")

    def stopped(self, tried: int) -> None:
        self.heard.append(f"stopped {tried}")

    def retraining(self, done: int, total: int, name: str) -> None:
        self.heard.append(f"again {done}/{total} {name}")

    def ended(self, result: Result) -> None:
        self.heard.append("ended")

    def already_done(self, result: Result) -> None:
        self.heard.append("already done")

    def close(self) -> None:
        self.heard.append("close")


@pytest.mark.parametrize("sampler", ["random", "tpe", "nsga2"])
def test_no_stored_trial_is_over_budget_or_stands_twice_and_the_base_is_the_first(search: Searched, sampler: str):
    result = search(trials=40, sampler=sampler, budgets={"params": "<= 12K", "macs": "<= 250K"})
    assert [trial.number for trial in result.trials] == list(range(40))
    assert result.base is result.trials[0]
    assert result.trials[0].spec.stages == load_spec(BASE).stages
    assert len({trial.fingerprint for trial in result.trials}) == 40
    for trial in result.trials:
        assert (trial.costs.params, trial.costs.macs) == (cost(trial.params), cost(trial.params, "macs"))
        assert trial.costs.params <= 12_000
        assert trial.costs.macs <= 250_000


def test_the_result_holds_the_best_the_front_and_every_trial(search: Searched):
    result = search()
    assert result.verdict is not None
    assert result.best is not None
    assert result.best.number == result.verdict.contender(result.verdict.winner).number
    assert {trial.state for trial in result.trials} == {TrialState.COMPLETE}
    assert result.trials[3].values == (result.trials[3].value,)
    front = {trial.number for trial in result.pareto}
    for trial in result.trials:
        better = [t for t in result.trials if t.value > trial.value and t.costs.params <= trial.costs.params]  # type: ignore[operator]
        assert (trial.number in front) == (not better)
    assert json.loads(json.dumps(result.to_dict()))["best"]["number"] == result.best.number


def test_plain_optuna_reads_the_study(search: Searched, tmp_path: Path):
    result = search()
    storage = JournalStorage(JournalFileBackend(str(tmp_path / "run" / "journal.log")))
    study = optuna.load_study(study_name="small", storage=storage)
    assert len(study.trials) == len(result.study.trials) == 12
    assert study.best_value == max(trial.value or 0 for trial in result.trials)
    assert study.trials[0].user_attrs["costs"]["params"] == result.trials[0].costs.params
    assert load_spec(study.trials[5].user_attrs["spec"]) == result.trials[5].spec


def test_a_finished_search_leaves_the_winner_as_a_spec_its_weights_and_a_picture(search: Searched, tmp_path: Path):
    result = search()
    assert result.best is not None
    best = load_spec(tmp_path / "run" / "best.yaml")
    assert best.stages == result.best.spec.stages
    assert best.name == "small_best"
    assert (tmp_path / "run" / "best.safetensors").exists()
    assert (tmp_path / "run" / "accuracy.svg").read_text().startswith("<svg")
    assert open_result(tmp_path / "run").to_dict() == result.to_dict()


def test_the_same_command_again_says_that_all_is_done_and_trains_nothing(search: Searched):
    first, told = search(), Told()
    again = search(observer=told)
    assert told.heard == ["opened 12/12", "already done", "close"]
    assert again.to_dict() == first.to_dict()


def test_an_observer_hears_of_every_step_in_order(search: Searched):
    told = Told()
    search(observer=told, trials=2)
    steps = [f"step {step}" for step in range(1, 5)]
    trials = [word for n in range(2) for word in (f"started {n}", *steps, f"finished {n} COMPLETE")]
    finals = [f"again {i}/4 {'base' if i % 2 == 0 else 'trial 1'}" for i in range(4)]
    assert told.heard == ["opened 0/2", *trials, *finals, "ended", "close"]


def test_more_trials_go_on_where_the_search_stopped_and_judge_again(search: Searched):
    search(trials=5)
    told = Told()
    result = search(trials=9, observer=told)
    assert told.heard[:2] == ["opened 5/9", "started 5"]
    assert told.heard[-2:] == ["ended", "close"]
    assert len(result.trials) == 9


def test_a_total_of_less_than_there_is_changes_nothing(search: Searched):
    search(trials=9)
    assert len(search(trials=5).trials) == 9


def test_a_space_that_is_used_up_ends_the_search(search: Searched):
    told = Told()
    space = {"stages.1.depth": {"low": 1, "high": 4}, "stages.1.width": [4, 8]}
    result = search(space=space, trials=50, observer=told)
    inside = profile(stated(space=space)).feasible
    assert inside == len(result.trials) < 50
    assert told.heard.count(f"exhausted {inside}") == 1
    assert told.heard[-2:] == ["ended", "close"]
    search(space=space, trials=50, observer=(again := Told()))
    assert again.heard[-2:] == ["already done", "close"]


def test_a_network_that_fails_is_a_failed_trial_and_the_search_goes_on(
    search: Searched, caplog: pytest.LogCaptureFixture
):
    result = search(evaluator={"kind": "formula", "fails": [1, 3], "blanks": [4]})
    states = [trial.state for trial in result.trials]
    assert [n for n, state in enumerate(states) if state == TrialState.FAIL] == [1, 3, 4]
    assert states.count(TrialState.COMPLETE) == 9
    assert result.trials[1].error == "RuntimeError: this network does not train"
    assert result.trials[4].error.startswith("not a number: accuracy")
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2


@pytest.mark.parametrize("at", ["stepped", "finished"])
def test_a_view_that_breaks_stops_the_search_and_costs_no_trial(search: Searched, at: str):
    class Broken(Observer):
        pass

    def pipe(*_: object) -> None:
        raise BrokenPipeError

    setattr(Broken, at, pipe)
    with pytest.raises(BrokenPipeError):
        search(observer=Broken())
    result = search()
    assert [trial.state for trial in result.trials] == [TrialState.COMPLETE] * 12


def test_a_disk_that_is_full_stops_the_search_and_the_same_command_goes_on(
    search: Searched, monkeypatch: pytest.MonkeyPatch
):
    expected = search(path="untouched")
    fsync, calls = os.fsync, iter(range(1000))

    def full(descriptor: int) -> None:
        if next(calls) > 40:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        search()
    monkeypatch.undo()
    again = search()
    assert [(t.params, t.values) for t in again.trials] == [(t.params, t.values) for t in expected.trials]


def test_a_search_in_which_everything_fails_says_what_failed_first(search: Searched):
    with pytest.raises(SearchError, match="none of 3 trials was completed: RuntimeError: this network does not train"):
        search(trials=3, evaluator={"kind": "formula", "fails": [0, 1, 2]})


def test_a_pruned_trial_keeps_its_last_value_and_is_never_the_best(search: Searched):
    result = search(trials=30, pruner={"kind": "median", "startup": 3, "keep": 30})
    pruned = [trial for trial in result.trials if trial.state == TrialState.PRUNED]
    assert pruned
    assert all(trial.values and trial.loss is None for trial in pruned)
    assert result.best not in pruned
    assert not set(pruned) & set(result.pareto)


def test_a_base_outside_the_budgets_is_no_trial_but_is_judged_beside_the_best(search: Searched):
    result = search(budgets={"params": "<= 60% of base"})
    limit = 0.6 * cost({})
    assert result.base is None
    assert all(trial.costs.params <= limit for trial in result.trials)
    assert result.verdict is not None
    assert result.verdict.contender("base").number is None
    assert set(result.verdict.test) == {"base", result.verdict.winner}


def test_a_base_outside_the_budgets_does_not_win_however_good_it_is(search: Searched, tmp_path: Path):
    result = search(budgets={"params": "<= 60% of base"}, space={"stages.1.depth": [1, 2], "stages.2.depth": [1, 2]})
    assert result.verdict is not None
    assert result.best is not None
    base, winner = (result.verdict.contender(name) for name in ("base", result.verdict.winner))
    assert base.accuracy > winner.accuracy
    assert winner.name == f"trial {result.best.number}"
    assert resspec.report(tmp_path / "run" / "best.yaml").params <= 0.6 * cost({})
    assert verdict_lines(result)[-1] == "the base stands outside the space or the budgets: it is there to compare with"


def test_the_test_images_are_shown_to_the_winner_and_the_base_alone(search: Searched):
    verdict = search(final={"finalists": 4, "repeats": 3}).verdict
    assert verdict is not None
    assert len(verdict.contenders) == 5
    assert set(verdict.test) == {"base", verdict.winner}
    assert all(len(runs) == 3 for runs in verdict.test.values())
    assert verdict.winner == max(verdict.contenders, key=lambda c: c.accuracy).name


def test_without_a_last_comparison_the_best_trial_is_the_best(search: Searched):
    result = search(final=None)
    assert result.verdict is None
    assert result.best is not None
    assert result.best.value == max(trial.value or 0 for trial in result.trials)
    assert search(final=None, observer=(told := Told())).verdict is None
    assert told.heard[-2:] == ["already done", "close"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 1}, "what differs is seed"),
        ({"budgets": {"params": "<= 11K"}}, "what differs is budgets"),
        ({"base": BASE | {"block": "bottleneck"}}, "what differs is base"),
        ({"sampler": "random", "pruner": "median"}, "what differs is sampler and pruner"),
    ],
)
def test_another_search_does_not_mix_with_one_that_is_there(search: Searched, change: dict[str, Any], named: str):
    search(trials=2)
    with pytest.raises(SearchError, match=named):
        search(trials=2, **change)


def test_a_search_of_another_name_does_not_overwrite_what_a_folder_holds(search: Searched, tmp_path: Path):
    search(trials=2)
    before = {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir() if file.is_file()}
    with pytest.raises(SearchError, match="holds a search with another name: 'small', not 'other'") as refused:
        search(trials=2, name="other")
    assert "write `name: small`" in str(refused.value)
    assert {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir() if file.is_file()} == before


def test_a_folder_that_nobody_may_write_can_be_read(search: Searched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever runs as root may write anything; so what is counted is what was tried."""
    search(trials=2)
    opened, touched = Path.open, []

    def watched(path: Path, mode: str = "r", **options: Any) -> Any:
        touched.extend([path] if mode.strip("rbt") else [])
        return opened(path, mode, **options)

    monkeypatch.setattr(Path, "open", watched)
    monkeypatch.setattr(Path, "touch", lambda path, **_: touched.append(path))
    before = sorted(file.name for file in (tmp_path / "run").iterdir())
    assert len(open_result(tmp_path / "run").trials) == 2
    assert touched == []
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == before


def test_wrong_input_leaves_nothing_behind(tmp_path: Path):
    for wrong in ({"budgets": {"params": "<= 10"}}, {"budgets": {"parms": 1}}, {"space": {"stages.9.depth": [1]}}):
        with pytest.raises((BudgetError, ValueError)):
            run_search(stated(**wrong), path=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_images_that_the_base_cannot_read_are_refused_before_anything_is_written(tmp_path: Path):
    wide = BASE | {"input": [1, 9, 9]}
    with pytest.raises(SearchError, match=r"the base reads images of \[1, 9, 9\], the data has \[1, 8, 8\]"):
        run_search(stated(base=wide, evaluator={"kind": "training", "data": "digits"}), path=tmp_path / "run")
    few = BASE | {"head": {"kind": "linear", "classes": 9}}
    with pytest.raises(SearchError, match="the base tells 9 classes apart, the data has 10"):
        run_search(stated(base=few, evaluator={"kind": "training", "data": "digits"}), path=tmp_path / "run")
    nowhere = {"kind": "training", "data": "digits", "device": "cuda:99"}
    with pytest.raises(DataError, match="the device 'cuda:99' cannot be used here"):
        run_search(stated(evaluator=nowhere), path=tmp_path / "run")
    with pytest.raises(DataError, match=r"there is no file .*train\.npz"):
        run_search(stated(evaluator={"kind": "training", "data": f"cifar10:{tmp_path}"}), path=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_study_lives_in_runs_below_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = run_search(stated(trials=2))
    assert result.path == Path("runs/small")
    assert (tmp_path / "runs" / "small" / "journal.log").exists()


def test_a_folder_without_a_study_is_refused(tmp_path: Path):
    with pytest.raises(SearchError, match="holds no study"):
        open_result(tmp_path)


def test_optunas_own_verbosity_is_as_it_was_and_nothing_is_printed(search: Searched, capfd: pytest.CaptureFixture[str]):
    before = optuna.logging.get_verbosity()
    search()
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")
