"""Judging by a function of the user's: what it is given, what it may return, and who has to allow it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from command import run
from resspec.errors import SearchError
from resspec.study.run import run_search
from study.formula import stated

JUDGES = """\
def depth(job):
    return sum(stage.depth for stage in job.spec.stages)

def params(job):
    model = job.build()
    return {"quality": -sum(p.numel() for p in model.parameters()), "seed": job.seed}

def slow_start(job):
    for step in range(1, 5):
        job.report(step, depth(job) * step)
    return depth(job) * 4

def incomplete(job):
    return {"quality": 1.0}

def text(job):
    return "good"

def broken(job):
    raise RuntimeError("no such luck")

def with_numpy(job):
    import numpy
    for step in numpy.arange(1, 4):
        job.report(step, numpy.float32(0.25))
    return numpy.float32(0.5)

def with_tensors(job):
    import torch
    job.report(torch.tensor(1), torch.tensor(0.25))
    return torch.tensor(0.5)

def reports_text(job):
    job.report(1, "good")
    return 0.5

def reports_from_zero(job):
    job.report(0, 0.5)
    return 0.5

def nothing(job):
    pass

LIMIT = 7
"""


@pytest.fixture(autouse=True)
def judges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module of judges in the working directory."""
    (tmp_path / "my_judges.py").write_text(JUDGES)
    monkeypatch.chdir(tmp_path)
    yield
    sys.modules.pop("my_judges", None)


def judged_by(function: str, **fields: Any) -> dict[str, Any]:
    return stated(evaluator={"kind": "python", "function": function} | fields, trials=6)


def test_a_function_that_a_file_names_runs_only_where_it_is_allowed(tmp_path: Path):
    with pytest.raises(SearchError, match=r"RS531[\s\S]*--allow code"):
        run_search(judged_by("my_judges:depth"), path=tmp_path / "run")
    assert not (tmp_path / "run").exists()
    assert "my_judges" not in sys.modules
    result = run_search(judged_by("my_judges:depth"), path=tmp_path / "run", allow=["code"])
    assert result.best is not None
    deepest = max(sum(s.depth for s in t.spec.stages) for t in result.trials)
    assert list(result.best.values or ()) == [deepest]
    assert result.verdict is None, "a function measures no better a second time"


def test_a_function_may_build_the_network_and_give_several_figures(tmp_path: Path):
    gives = {"quality": "maximize", "seed": "minimize"}
    result = run_search(judged_by("my_judges:params", gives=gives), path=tmp_path / "run", allow=["code"])
    for trial in result.trials:
        assert trial.values == (-trial.costs.params,)


def test_a_function_that_reports_can_be_pruned(tmp_path: Path):
    pruner = {"kind": "median", "startup": 1, "keep": 1}
    search = judged_by("my_judges:slow_start", steps=4) | {"pruner": pruner, "trials": 12}
    result = run_search(search, path=tmp_path / "run", allow=["code"])
    assert {trial.state.name for trial in result.trials} == {"COMPLETE", "PRUNED"}


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("my_judges:incomplete", "gave ['quality'], not ['quality', 'seed']"),
        ("my_judges:text", "not ['quality', 'seed']"),
        ("my_judges:broken", "RuntimeError: no such luck"),
    ],
)
def test_what_a_function_does_wrong_is_told_by_the_trial(tmp_path: Path, function: str, said: str):
    gives = {"quality": "maximize", "seed": "minimize"}
    with pytest.raises(SearchError, match="RS504") as caught:
        run_search(judged_by(function, gives=gives), path=tmp_path / "run", allow=["code"])
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("my_judge:depth", "'my_judge' cannot be imported: ModuleNotFoundError"),
        ("my_judges:deph", "there is no 'deph'"),
        ("my_judges:LIMIT", "is int and cannot be called"),
    ],
)
def test_a_function_that_is_not_there_is_refused_before_anything_is_written(tmp_path: Path, function: str, said: str):
    with pytest.raises(SearchError, match="RS532") as caught:
        run_search(judged_by(function), path=tmp_path / "run", allow=["code"])
    assert said in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_misspelt_function_is_told_the_nearest():
    with pytest.raises(SearchError, match="did you mean 'depth'"):
        run_search(judged_by("my_judges:deph"), allow=["code"])


def test_a_function_that_a_package_registered_needs_no_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    package = tmp_path / "site"
    info = package / "judging-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: judging\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[resspec.judges]\nby-depth = my_judges:depth\n")
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run_search(judged_by("by-depth"), path=tmp_path / "run").best is not None
    with pytest.raises(SearchError, match=r"RS532[\s\S]*did you mean 'by-depth'"):
        run_search(judged_by("by-dept"), path=tmp_path / "other")


@pytest.mark.slow
def test_the_command_asks_for_leave(tmp_path: Path):
    (tmp_path / "mine.json").write_text(json.dumps(judged_by("my_judges:depth")))
    refused = run("search", "run", "mine.json", "--quiet")
    assert refused.returncode == 2
    assert "error[RS531]" in refused.stderr
    assert run("search", "run", "mine.json", "--quiet", "--allow", "code").returncode == 0
    assert run("search", "run", "mine.json", "--allow", "anything").returncode == 2


@pytest.mark.parametrize("function", ["with_numpy", "with_tensors"])
def test_numbers_of_other_libraries_are_recorded_as_plain_ones(tmp_path: Path, function: str):
    """Nothing else can be written into a study: a report that cannot ended the search."""
    asked = judged_by(f"my_judges:{function}", steps=3)
    result = run_search(asked, path=tmp_path / "run", allow=["code"])
    assert {trial.values for trial in result.trials} == {(0.5,)}
    assert result.study.trials[0].intermediate_values[1] == 0.25


@pytest.mark.parametrize(
    ("function", "why"),
    [
        ("reports_text", "could not convert string to float: 'good'"),
        ("reports_from_zero", "a report's steps count from 1, not from 0"),
        ("nothing", "my_judges:nothing gave as score None, which is no number"),
    ],
)
def test_what_is_no_number_fails_the_trial_that_gave_it_and_not_the_search(tmp_path: Path, function: str, why: str):
    with pytest.raises(SearchError, match=f"none of 6 trials was completed: .*{why}"):
        run_search(judged_by(f"my_judges:{function}", steps=3), path=tmp_path / "run", allow=["code"])
