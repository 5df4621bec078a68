"""Budgets on memory and latency: figures of the whole graph, priced in bulk by parts, and kept by every trial."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import resspec
from resspec.analysis.figures import FIGURES
from resspec.analysis.latency import OTHERS, Rate, Table, Unseen
from resspec.analysis.tables import TABLE
from resspec.compile import compile_spec
from resspec.errors import BudgetError, SearchError
from resspec.ingest.templates import classifiers
from resspec.partial import comes_apart
from resspec.plan import resolve
from resspec.study.columns import PLACES
from resspec.study.declaration import load_search
from resspec.study.problem import Problem, problem_of
from resspec.study.run import run_search
from study.formula import SPACE, stated

Problems = Callable[..., Problem]
DEEP = {"stages.*.depth": {"low": 1, "high": 3}, "stages.*.width": {"low": 8, "high": 32, "step": 8}}
BASES: dict[str, dict[str, Any]] = {
    "resnet18": {**DEEP, "gate": ["none", "se"]},
    "resnet50": {**DEEP, "shortcut": ["projection", "avgpool"]},
    "resnetv2_50": {**DEEP, "input": [[3, 32, 32], [3, 64, 48]]},
    "preact_resnet164_cifar10": {"stages.*.depth": {"low": 1, "high": 3}, "stem.width": [8, 16]},
    "cspresnet50": {"stages.2.depth": {"low": 1, "high": 3}, "classes": [10, 1000]},
    "unet_resnet18": {"decoder.width": [32, 64], "stages.1.depth": {"low": 1, "high": 2}},
}
SPREAD = ("resnet50", "resnet20_optB", "plain34", "seresnet50", "resnest50d", "skresnet34", "regnety_032", "repvgg_a2")


def slow_table(path: Path, seconds: float = 1e-6) -> Path:
    """A table by which each operation takes so long, and more the more it computes, in the file of a calibration."""
    rates = {OTHERS: Rate(seconds, 1e-12, 1e-11, 0.0), "conv2d 3x3 plain": Rate(2 * seconds, 3.3e-12, 1e-11, 0.0)}
    made = Table("a device", "fp32", 1, 1, "2", rates, (Unseen("resnet18", 1.0, 1.1),))
    path.write_text(json.dumps(made.to_dict()))
    return path


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(TABLE, str(slow_table(tmp_path / "table.json")))
    return tmp_path / "table.json"


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("base", BASES)
def test_memory_and_latency_in_bulk_are_those_of_each_whole_graph(base: str):
    budgets = {"memory": "<= 100% of base", "latency": "<= 100% of base", "macs": "<= 100% of base"}
    said = {"name": "bulk", "base": base, "space": BASES[base], "budgets": budgets}
    asked = problem_of(load_search({**said, "evaluator": {"kind": "training", "data": "digits"}}))
    points = asked.space.draw(np.random.default_rng(0), 40)
    priced = asked.chain.price(points)
    assert priced.legal.sum() >= 20
    for point, costs in zip(points[priced.legal].tolist(), priced.costs[priced.legal].tolist(), strict=True):
        graph = compile_spec(asked.spec(tuple(point)))
        for name in ("memory", "latency", "macs"):
            assert costs[PLACES[name]] == FIGURES[name](graph), (name, asked.space.values(tuple(point)))


STEPS: dict[str, dict[str, Any]] = {
    "unet_digits": {"decoder.width": [32, 64], "stages.1.depth": {"low": 1, "high": 2}},
    "fcos_digits": {"neck.width": [32, 64], "stages.*.width": [16, 32], "heads.depth": [1, 2]},
    "fasterrcnn_digits": {"neck.width": [32, 64], "heads.proposals": [10, 20]},
    "labelled_digits_generator": {"stages.*.width": [16, 32], "stages.1.depth": [1, 2]},
}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("base", STEPS)
def test_latency_alone_is_a_sum_over_steps_and_over_what_reads_a_condition(base: str):
    budgets = {"latency": "<= 200% of base"}
    said = {"name": "bulk", "base": base, "space": STEPS[base], "budgets": budgets}
    asked = problem_of(load_search({**said, "evaluator": {"kind": "training", "data": "digits"}}))
    points = asked.space.draw(np.random.default_rng(0), 12)
    assert not asked.chain.composes
    for point, costs in zip(points.tolist(), asked.chain.price(points).costs.tolist(), strict=True):
        assert costs[PLACES["latency"]] == FIGURES["latency"](compile_spec(asked.spec(tuple(point))))


@pytest.mark.parametrize("name", SPREAD)
def test_the_peak_of_a_net_is_the_largest_of_its_parts(name: str):
    assert comes_apart(resolve(resspec.load(name)))


@pytest.mark.slow
def test_every_shipped_classifier_comes_apart():
    plans = {name: resolve(resspec.load(name)) for name in classifiers()}
    assert [name for name, plan in plans.items() if not comes_apart(plan)] == []


def test_a_critic_whose_first_block_reads_the_image_is_priced_whole():
    assert not comes_apart(resolve(resspec.load("wgangp32_d")))


def test_the_profile_of_a_memory_budget_is_that_of_every_graph(problem: Problems):
    asked = problem(budgets={"memory": "<= 40KB", "params": "<= 12K"})
    found = asked.profile()
    graphs = [compile_spec(asked.spec(point)) for point in asked.space.points()]
    memory, params = ([FIGURES[name](graph) for graph in graphs] for name in ("memory", "params"))
    inside = sum(m <= 40_000 and p <= 12_000 for m, p in zip(memory, params, strict=True))
    assert 0 < inside < len(graphs)
    assert (found.exact, found.feasible) == (True, inside)
    reach = {reach.cost: reach for reach in found.reaches}
    assert (reach["memory"].low, reach["memory"].high) == (min(memory), max(memory))
    assert reach["memory"].share == sum(m <= 40_000 for m in memory) / len(memory)
    assert "MB" in str(found)
    assert "latency" not in reach


@pytest.mark.usefixtures("table")
def test_the_profile_of_a_latency_budget_is_summed_over_exactly(problem: Problems):
    asked = problem(budgets={"latency": "<= 40us"})
    found = asked.profile()
    every = [FIGURES["latency"](compile_spec(asked.spec(point))) for point in asked.space.points()]
    assert asked.survey.sums is not None
    assert 0 < sum(nanoseconds <= 40_000 for nanoseconds in every) < len(every)
    assert found.feasible == sum(nanoseconds <= 40_000 for nanoseconds in every)
    reach = {reach.cost: reach for reach in found.reaches}
    assert (reach["latency"].low, reach["latency"].high) == (min(every), max(every))


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("sampler", ["bayes", "tpe", "random", "evolution"])
def test_no_trial_is_over_a_budget_of_memory_or_latency(tmp_path: Path, sampler: str):
    budgets = {"memory": "<= 40KB", "latency": "8us..40us"}
    result = run_search(stated(budgets=budgets, sampler=sampler, trials=15, final=None), path=tmp_path / "run")
    assert len({trial.fingerprint for trial in result.trials}) == 15
    for trial in result.trials:
        graph = compile_spec(trial.spec)
        assert trial.prices["memory"] == FIGURES["memory"](graph) <= 40_000
        assert 8_000 <= trial.prices["latency"] == FIGURES["latency"](graph) <= 40_000


def test_the_whole_graph_has_the_last_word_on_a_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("resspec.study.pieces.part_peak", lambda *_: 0)
    result = run_search(stated(budgets={"memory": "<= 30KB"}, trials=10, final=None), path=tmp_path / "run")
    assert len(result.trials) == 10
    assert all(FIGURES["memory"](compile_spec(trial.spec)) <= 30_000 for trial in result.trials)


def test_an_unreachable_memory_is_told_with_the_nearest_in_its_unit(problem: Problems):
    with pytest.raises(
        BudgetError, match=r"memory <= 0\.001 MB cannot be met: the nearest of the space is memory 0\.\d+ MB"
    ):
        problem(budgets={"memory": "<= 1KB"}).profile()


def test_a_latency_budget_without_a_table_points_at_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(TABLE, str(tmp_path / "none.json"))
    file = tmp_path / "search.json"
    file.write_text(json.dumps(stated(budgets={"latency": "<= 1ms"}), indent=1))
    with pytest.raises(BudgetError, match="RS423") as caught:
        problem_of(load_search(file))
    mark = caught.value.faults[0].mark
    assert mark is not None
    assert '"latency"' in file.read_text().splitlines()[mark.line - 1]


def test_a_search_does_not_go_on_by_another_table_of_latency(tmp_path: Path, table: Path):
    said = stated(budgets={"latency": "<= 1ms"}, trials=2, final=None)
    run_search(said, path=tmp_path / "run")
    slow_table(table, 2e-6)
    with pytest.raises(SearchError, match="what differs is latency table"):
        run_search({**said, "trials": 3}, path=tmp_path / "run")


def test_shares_of_a_named_spec_are_shares_of_its_memory(problem: Problems):
    asked = problem(budgets={"memory": "<= 50% of resnet18"}, space=SPACE)
    assert asked.budgets[0].high == FIGURES["memory"](resspec.graph("resnet18")) // 2
