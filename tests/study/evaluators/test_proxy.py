"""Searches judged by proxies, and how proxies are compared with training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resspec.errors import SearchError, SpecError
from resspec.study.declaration import load_search
from resspec.study.evaluators.proxy import Batch
from resspec.study.problem import problem_of
from resspec.study.ranking import rank_proxies
from resspec.study.run import run_search
from study.formula import stated

TABLES = Path(__file__).parents[2] / "golden" / "tables"


def scored(**fields: Any) -> dict[str, Any]:
    return stated(evaluator={"kind": "proxy", "batch": {"images": 4}} | fields, trials=4)


def test_a_search_by_a_proxy_keeps_its_score_and_has_no_last_comparison(tmp_path: Path):
    result = run_search(scored(proxy="naswot"), path=tmp_path)
    assert result.best is not None
    assert result.best.values == (max(trial.values[0] for trial in result.trials if trial.values),)
    assert result.verdict is None


def test_the_baseline_as_a_proxy_finds_the_largest_network(tmp_path: Path):
    import math

    result = run_search(scored(proxy="params"), path=tmp_path)
    for trial in result.trials:
        assert trial.values == (math.log(trial.costs.params),)


def test_images_of_a_data_set_have_their_own_side():
    with pytest.raises(SpecError, match=r"leave out batch\.side or data"):
        run_search(scored(proxy="naswot", data="digits", batch={"images": 4, "side": 16}))


def test_a_base_that_does_not_fit_the_images_is_refused(tmp_path: Path):
    base = {**stated()["base"], "input": [3, 8, 8]}
    with pytest.raises(SearchError, match="RS520"):
        run_search(scored(proxy="naswot", data="digits") | {"base": base}, path=tmp_path)


@pytest.mark.slow
def test_proxies_are_compared_with_the_trials_of_a_study_beside_both_baselines(tmp_path: Path):
    search = stated(trials=8, final=None)
    run_search(search, path=tmp_path)
    found = rank_proxies(search, batch=Batch(images=4), path=tmp_path)
    assert {row.proxy for row in found.standings} >= {"params", "macs", "naswot", "synflow", "grad-norm", "zen"}
    assert found.networks == 8
    assert [row.spearman for row in found.standings] == sorted((r.spearman for r in found.standings), reverse=True)
    assert all(-1 <= row.kendall <= 1 for row in found.standings)
    assert str(found).count("baseline\n") == 2


@pytest.mark.slow
def test_rank_correlations_are_those_of_their_definitions(tmp_path: Path):
    search = stated(trials=9, final=None)
    trials = run_search(search, path=tmp_path).trials
    pairs = [(trial.costs.params, (trial.values or (0.0,))[0]) for trial in trials]
    signs = [
        (a[0] > b[0]) - (a[0] < b[0]) == (a[1] > b[1]) - (a[1] < b[1]) for i, a in enumerate(pairs) for b in pairs[:i]
    ]
    assert len({p for p, _ in pairs}) == len({v for _, v in pairs}) == len(pairs), "no ties: tau-a is tau-b"
    expected = (2 * sum(signs) - len(signs)) / len(signs)
    found = rank_proxies(search, batch=Batch(images=4), path=tmp_path)
    assert next(r.kendall for r in found.standings if r.proxy == "params") == pytest.approx(expected)


def test_proxies_are_compared_with_a_table_where_the_search_looks_networks_up():
    layer = ["skip", {"kind": "inverted-residual", "ratio": 3.0, "kernel": 3}]
    search = {
        "name": "macro",
        "base": "nas_bench_macro",
        "space": {f"stages.{s}.blocks.{b}.block": layer for s in (1, 2, 3) for b in (0, 1)},
        "evaluator": {"kind": "table", "file": str(TABLES / "nas_bench_macro.json"), "format": "nas-bench-macro"},
    }
    with pytest.raises(SearchError, match="RS533"):
        rank_proxies(search, sample=64, batch=Batch(images=2))


def test_too_few_trials_are_no_ground_to_compare_on(tmp_path: Path):
    with pytest.raises(SearchError, match=r"RS533[\s\S]*run the search first"):
        rank_proxies(stated(), path=tmp_path)


@pytest.mark.parametrize("kind", ["params", "macs"])
def test_the_measure_of_a_baseline_does_not_hide_the_cost(kind: str):
    told = stated(evaluator={"kind": "proxy", "proxy": kind}, objectives=[f"log-{kind}", kind], pruner="none")
    measured, cost = problem_of(load_search(told)).goals
    assert (measured.is_cost, measured.direction) == (False, "maximize")
    assert (cost.is_cost, cost.direction) == (True, "minimize")
