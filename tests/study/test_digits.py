"""The shipped search on real digits: short in every test run, whole and over three seeds among the slow tests."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from resspec.study.declaration import load_search
from resspec.study.result import Result
from resspec.study.run import run_search
from resspec.training import DataSource, evaluate
from resspec.training.checkpoint import read_weights
from resspec.training.networks import network_of


def shortened(**changes: Any) -> dict[str, Any]:
    search = load_search("digits").to_dict()
    search["evaluator"]["recipe"] |= {"epochs": 2, "warmup": 1.0}
    return search | {"trials": 3, "final": {"finalists": 1, "repeats": 2}} | changes


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Result:
    before = torch.get_num_threads()
    result = run_search(shortened(), path=tmp_path_factory.mktemp("short") / "run")
    assert torch.get_num_threads() == before
    return result


def test_a_search_trains_real_networks_and_its_winner_can_be_rebuilt_from_its_files(short: Result):
    from resspec.spec.loading import load_spec

    assert short.verdict is not None
    assert short.best is not None
    model = network_of(load_spec(short.path / "best.yaml"), 0)
    model.load_state_dict(read_weights(short.path / "best.safetensors"))
    test = evaluate(model, DataSource.read("digits").load("test")).accuracy
    assert test in short.verdict.test[short.verdict.winner]


@pytest.mark.slow
def test_the_same_seed_trains_to_the_same_figures(short: Result, tmp_path: Path):
    again = run_search(shortened(), path=tmp_path / "run")
    assert [(t.params, t.values, t.loss) for t in again.trials] == [(t.params, t.values, t.loss) for t in short.trials]
    assert again.verdict == short.verdict


@pytest.mark.slow
def test_final_runs_that_an_earlier_process_finished_are_not_trained_again(tmp_path: Path):
    first = run_search(shortened(), path=tmp_path / "run")
    (tmp_path / "run" / "result.json").unlink()
    start = time.perf_counter()
    again = run_search(shortened(), path=tmp_path / "run")
    assert again.verdict == first.verdict
    assert time.perf_counter() - start < 3


def test_a_learning_rate_that_is_far_too_high_fails_its_trial_and_says_so(tmp_path: Path):
    search = shortened(final=None, trials=2)
    search["evaluator"]["recipe"] |= {"lr": 1e12, "warmup": 0.0, "optimizer": "adamw"}
    with pytest.raises(ValueError, match="none of 2 trials was completed: DivergedError"):
        run_search(search, path=tmp_path / "run")


def test_a_search_is_read_and_proved_without_torch():
    code = "import sys; from resspec.study.run import profile; profile('digits'); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    "seed", [pytest.param(0, marks=pytest.mark.slow), *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2))]
)
def test_the_winner_is_better_than_the_base_at_no_more_cost(tmp_path: Path, seed: int):
    result = run_search("digits", seed=seed, path=tmp_path / "run")
    verdict = result.verdict
    assert verdict is not None
    assert result.best is not None
    assert result.base is not None
    assert result.best.number != result.base.number
    assert verdict.contender(verdict.winner).accuracy > verdict.contender("base").accuracy
    assert verdict.test_accuracy(verdict.winner) > verdict.test_accuracy("base")
    assert result.best.costs.params <= result.base.costs.params
    assert result.best.costs.macs <= result.base.costs.macs
