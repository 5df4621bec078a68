"""Searches over tables of trained networks: what a trial sees, what the last comparison sees, what is refused."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from resspec.errors import DataError, SearchError
from resspec.study.declaration import load_search
from resspec.study.evaluators import Evaluator
from resspec.study.evaluators.table import Table, TableBench
from resspec.study.problem import problem_of
from resspec.study.run import run_search

TABLES = Path(__file__).parents[2] / "golden" / "tables"
NAS = TABLES / "nas_bench_macro.json"
LAYER = ["skip", {"kind": "inverted-residual", "ratio": 3.0, "kernel": 3}]


def table(**fields: Any) -> Table:
    """The slice of NAS-Bench-Macro as an evaluator."""
    found = Evaluator.read({"kind": "table", "file": str(NAS), "format": "nas-bench-macro"} | fields)
    assert isinstance(found, Table)
    return found


def bench(evaluator: Table) -> TableBench:
    return TableBench(evaluator, evaluator.format.rows(Path(evaluator.file)))


@pytest.mark.parametrize("code", ["11111111", "20101100"])
def test_a_trial_sees_one_training_and_the_last_comparison_their_mean(code: str):
    runs = json.loads(NAS.read_text())[code]["test_acc"]
    spec = table().format.spec(code)
    for run in (0, 1, 2):
        found = bench(table(run=run)).measure(spec, 5, lambda *_: None)
        assert dict(found) == {"accuracy": pytest.approx(runs[run] / 100)}
    mean = pytest.approx(sum(runs) / 300)
    assert bench(table(run="mean")).measure(spec, 5, lambda *_: None)["accuracy"] == mean
    assert bench(table()).retrain(spec, 5, None, Path("none"))["accuracy"] == mean
    assert bench(table()).test(spec, Path("none"))["accuracy"] == mean


def test_a_learning_curve_is_told_step_by_step():
    evaluator = table(file=str(TABLES / "resnet_curves.csv"), format="resnet-curves")
    told: list[tuple[int, float]] = []
    found = bench(evaluator).measure(evaluator.format.spec("1-8-7"), 0, lambda *step: told.append(step))
    line = next(row for row in (TABLES / "resnet_curves.csv").read_text().splitlines() if ",1,8,7," in row)
    assert [accuracy for _, accuracy in told] == [float(value) for value in line.split(",")[7:]]
    assert [step for step, _ in told] == list(range(1, 142))
    assert found["accuracy"] == told[-1][1]
    assert bench(evaluator).retrain(evaluator.format.spec("1-8-7"), 0, 10, Path("none"))["accuracy"] == told[9][1]


@pytest.mark.parametrize(
    "change",
    [
        {"stages.1.width": 72},
        {"final.width": 640},
        {"shortcut": "projection"},
        {"classes": 100},
        {"input": [3, 64, 64]},
        {"act": "silu"},
        {"stages.1.blocks.0.block": {"kind": "inverted-residual", "ratio": 4.0}},
        {"stages.1.depth": 3},
        {"drop_path": 0.1},
    ],
)
def test_a_network_that_differs_in_anything_is_not_in_the_table(change: dict[str, Any]):
    import resspec

    with pytest.raises(SearchError, match=r"RS530[\s\S]*base: nas_bench_macro"):
        bench(table()).measure(resspec.load("nas_bench_macro", **change), 0, lambda *_: None)


def stated(**changes: Any) -> dict[str, Any]:
    return {
        "name": "macro",
        "base": "nas_bench_macro",
        "space": {"stages.1.blocks.1.block": LAYER, "stages.3.blocks.2.block": LAYER},
        "evaluator": {"kind": "table", "file": str(NAS), "format": "nas-bench-macro"},
        "pruner": "none",
        "trials": 4,
        "final": {"finalists": 1, "repeats": 1},
    } | changes


def partial(folder: Path, **changes: Any) -> dict[str, Any]:
    """A search of sixteen points over a table that holds the eight which leave out an even number of layers: six
    networks, since the last two layers are alike."""
    row = json.loads(NAS.read_text())["11111111"]
    codes = [digits for digits in product("01", repeat=4) if digits.count("0") % 2 == 0]
    rows = {f"1{a}1{b}11{c}{d}": {**row, "test_acc": [80 + int(a + b + c + d, 2)] * 3} for a, b, c, d in codes}
    (folder / "partial.json").write_text(json.dumps(rows))
    space = {f"stages.{place}.block": LAYER for place in ("1.blocks.1", "2.blocks.1", "3.blocks.1", "3.blocks.2")}
    evaluator = {"kind": "table", "file": str(folder / "partial.json"), "format": "nas-bench-macro"}
    return stated(space=space, evaluator=evaluator, final=None) | changes


@pytest.mark.parametrize("sampler", ["bayes", "random", "tpe"])
def test_a_search_tries_the_networks_of_its_table_and_no_others(tmp_path: Path, sampler: str):
    told = partial(tmp_path, trials=20, sampler=sampler)
    assert problem_of(load_search(told)).survey.inside == 16
    result = run_search(told, path=tmp_path / "run")
    assert [trial.state.name for trial in result.trials] == ["COMPLETE"] * 6
    assert len({trial.fingerprint for trial in result.trials}) == 6


@pytest.mark.parametrize("sampler", ["bayes", "random", "tpe"])
def test_networks_outside_a_table_change_nothing_about_what_a_resumed_search_proposes(tmp_path: Path, sampler: str):
    told = partial(tmp_path, sampler=sampler)
    whole = run_search(told, path=tmp_path / "whole", trials=6)
    run_search(told, path=tmp_path / "parts", trials=3)
    parts = run_search(told, path=tmp_path / "parts", trials=6)
    assert [trial.params for trial in parts.trials] == [trial.params for trial in whole.trials]


def test_a_base_that_is_not_in_the_table_is_refused_before_anything_is_written(tmp_path: Path):
    base = {"extends": "nas_bench_macro", "head": {"classes": 11}}
    with pytest.raises(SearchError, match="RS530"):
        run_search(stated(base=base), path=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_table_that_is_not_there_is_refused_before_anything_is_written(tmp_path: Path):
    missing = {"kind": "table", "file": "none.json", "format": "nas-bench-macro"}
    with pytest.raises(DataError, match="RS652"):
        run_search(stated(evaluator=missing), path=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["nas_bench_macro"])
def test_the_shipped_searches_of_tables_start_from_a_network_of_the_table(name: str):
    search = load_search(name)
    assert isinstance(search.evaluator, Table)
    rows = search.evaluator.format.rows(TABLES / f"{name}.json")
    TableBench(search.evaluator, rows).row(search.base_spec())
