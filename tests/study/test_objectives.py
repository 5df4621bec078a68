"""Several objectives: what a search may be after, whom the pruner compares, and what the last comparison decides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from resspec.analysis.figures import FIGURES
from resspec.compile import compile_spec
from resspec.errors import SpecError
from resspec.study.declaration import load_search
from resspec.study.problem import Problem, problem_of
from resspec.study.result import Result, open_result
from resspec.study.rivals import rivals_of
from resspec.study.run import run_search
from study.formula import stated

Searched = Callable[..., Result]
SEVERAL = ["accuracy", "macs"]


def test_the_main_measure_is_the_objective_of_a_search_that_names_none(problem: Callable[..., Problem]):
    (goal,) = problem().goals
    assert (goal.name, goal.direction, goal.is_cost) == ("accuracy", "maximize", False)


def test_values_stand_in_the_order_of_the_objectives_and_costs_are_exact(search: Searched):
    result = search(objectives=["macs", "accuracy", {"name": "loss"}, "memory"], final=None)
    assert " ".join(map(str, (d.name for d in result.study.directions))) == "MINIMIZE MAXIMIZE MINIMIZE MINIMIZE"
    for trial in result.trials:
        memory = FIGURES["memory"](compile_spec(trial.spec))
        assert list(trial.values or ()) == [trial.costs.macs, *map(trial.figures.get, ("accuracy", "loss")), memory]
        assert trial.to_dict()["costs"]["memory"] == memory


def test_a_direction_may_be_turned(search: Searched):
    result = search(objectives=["accuracy", {"name": "params", "direction": "maximize"}], final=None)
    assert result.study.directions[1] == optuna.study.StudyDirection.MAXIMIZE
    largest = max(result.trials, key=lambda trial: trial.costs.params)
    assert largest in result.pareto


@pytest.mark.parametrize(
    ("objectives", "line", "said"),
    [
        ("[accuracy, mac]", 1, "there is no objective 'mac'"),
        ("\n  - accuracy\n  - {name: acuracy}", 3, "there is no objective 'acuracy'"),
        ("[accuracy, accuracy]", 1, "named twice"),
        ("[macs, params]", 1, "needs an objective that is measured"),
        ("[accuracy, {name: macs, direction: down}]", 1, "direction"),
        ("7", 1, "must be a list, got 7"),
    ],
)
def test_a_wrong_objective_is_told_with_its_place(tmp_path: Path, objectives: str, line: int, said: str):
    file = tmp_path / "mine.yaml"
    file.write_text(
        f"objectives: {objectives}\nbase: resnet20_quarter\nspace: {{stages.1.depth: [1, 2]}}\n"
        "evaluator: {kind: training, data: digits}\n"
    )
    with pytest.raises(SpecError) as caught:
        problem_of(load_search(file))
    (fault,) = caught.value.faults
    assert fault.mark is not None
    assert fault.mark.line == line, str(caught.value)
    assert said in str(caught.value)


def test_another_objective_is_another_search_and_an_old_study_means_the_main_measure(search: Searched):
    first = search(final=None)
    identity = dict(first.study.user_attrs["identity"])
    assert identity.pop("objectives") == [["accuracy", "maximize"]]
    first.study.set_user_attr("identity", identity)  # as it was written before there were objectives
    assert len(search(final=None).trials) == 12
    with pytest.raises(ValueError, match="what differs is objectives"):
        search(final=None, objectives=SEVERAL)


@pytest.mark.parametrize("sampler", ["random", "tpe", "nsga2"])
def test_several_objectives_are_pruned_on_the_main_measure(search: Searched, sampler: str):
    pruner = {"kind": "median", "startup": 3}
    result = search(objectives=SEVERAL, pruner=pruner, trials=40, sampler=sampler, final=None)
    pruned = [trial for trial in result.trials if trial.state == TrialState.PRUNED]
    assert pruned
    for trial in pruned:
        assert trial.values == (trial.reported, trial.costs.macs)
    assert not set(pruned) & set(result.pareto)


def test_a_trial_is_compared_with_the_half_of_like_cost(search: Searched):
    result = search(objectives=SEVERAL, trials=21, final=None)
    frozen = result.study.get_trials()
    small = min(frozen, key=lambda t: t.user_attrs["costs"]["macs"])
    seen = rivals_of(result.study, small, result.goals, result.measures)
    assert seen.direction == optuna.study.StudyDirection.MAXIMIZE
    others = [t for t in seen.get_trials(states=(TrialState.COMPLETE,)) if t.number != small.number]
    left = [t for t in frozen if t.number not in {small.number, *(o.number for o in others)}]
    assert (len(others), len(left)) == (10, 10)
    assert max(t.user_attrs["costs"]["macs"] for t in others) <= min(t.user_attrs["costs"]["macs"] for t in left)


def test_a_search_after_the_main_measure_alone_shows_the_pruner_the_study_itself(search: Searched):
    result = search(trials=2, final=None)
    assert rivals_of(result.study, result.study.trials[0], result.goals, result.measures) is result.study


@pytest.mark.parametrize("kind", [optuna.pruners.SuccessiveHalvingPruner, optuna.pruners.HyperbandPruner])
def test_pruners_that_write_notes_write_them_to_the_real_study(search: Searched, kind: type[Any]):
    result = search(objectives=SEVERAL, trials=4, final=None)
    pruner = kind()
    trial = result.study.ask()
    trial._cached_frozen_trial.user_attrs["costs"] = {"macs": 1}
    for step in (1, 2, 4):
        result.study._storage.set_trial_intermediate_value(trial._trial_id, step, 0.1)
        frozen = result.study._storage.get_trial(trial._trial_id)
        pruner.prune(rivals_of(result.study, frozen, result.goals, result.measures), frozen)
    assert any("rung" in key for key in result.study._storage.get_trial(trial._trial_id).system_attrs)


def test_the_last_comparison_trains_the_front_again_and_the_knee_wins(search: Searched, tmp_path: Path):
    result = search(objectives=SEVERAL, trials=40, final={"finalists": 4, "repeats": 2})
    verdict = result.verdict
    assert verdict is not None
    front = {f"trial {trial.number}" for trial in result.pareto} | {"base"}
    assert {contender.name for contender in verdict.contenders} <= front
    assert len(verdict.contenders) == 5
    for contender in verdict.contenders:
        better = [
            other
            for other in verdict.contenders
            if other.figures.main > contender.figures.main and other.costs["macs"] <= contender.costs["macs"]
        ]
        assert (contender.name in verdict.front) == (not better)
    assert verdict.winner in verdict.front
    assert set(verdict.test) == {"base", *verdict.front}
    assert open_result(tmp_path / "run").verdict == verdict


def test_without_a_last_comparison_the_knee_is_the_best(search: Searched):
    result = search(objectives=SEVERAL, trials=30, final=None)
    assert result.best is result.knee()
    assert result.best in result.pareto


def test_a_search_may_be_after_the_loss_alone(search: Searched):
    result = search(objectives=["loss"], final={"finalists": 2, "repeats": 1}, trials=20)
    assert result.verdict is not None
    assert result.trials[0].values == (result.trials[0].loss,)
    assert result.verdict.winner == min(result.verdict.contenders, key=lambda c: c.loss).name


def test_a_study_written_before_there_were_objectives_is_read_and_goes_on(search: Searched, tmp_path: Path):
    search(trials=3, final=None)
    journal = tmp_path / "run" / "journal.log"
    kept = [
        line
        for line in journal.read_text().splitlines(keepends=True)
        if '"objectives"' not in line.replace('"objectives":[[', "") and '"measures"' not in line
    ]
    journal.write_text("".join(kept))
    old = open_result(tmp_path / "run")
    assert "objectives" not in old.study.user_attrs
    assert [goal.name for goal in old.goals] == ["accuracy"]
    assert old.best is not None
    assert len(run_search(stated(trials=5, final=None), path=tmp_path / "run").trials) == 5
