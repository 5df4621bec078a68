"""bench: measures, keeps what it measured, and says why where it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

import resspec
from resspec.cli.app import app
from resspec.errors import ResspecError
from resspec.timing.bench import Bench, bench
from resspec.timing.device import pinned
from resspec.timing.forms import FORMS, eager_module
from resspec.timing.setting import Setting

NET = ("resnet20", "input=[3,8,8]")
"""Wide enough for torch 2.13, whose backward writes past its memory with channels last and four channels on a CPU."""
WORDS = ("bench", *NET, "--rounds", "2", "--batch", "2", "--threads", "1")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESSPEC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def said(*words: str) -> dict[str, object]:
    done = CliRunner().invoke(app, [*WORDS, *words, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_each_form_is_timed_forward_and_in_training():
    graph = resspec.graph(resspec.load(*NET))
    found = bench(graph, Setting(images=2), ["eager", "fused", "channels-last"], 3, training=True)
    assert [(row.form, row.job) for row in found.rows] == [
        ("eager", "forward"),
        ("eager", "training step"),
        ("fused", "forward"),
        ("channels-last", "forward"),
        ("channels-last", "training step"),
    ]
    assert all(0 < row.spread.low <= row.spread.median <= row.spread.high for row in found.rows)
    assert Bench.of(json.loads(json.dumps(found.to_dict()))) == found


def test_every_form_gives_what_the_eager_module_gives():
    graph, x = resspec.graph(resspec.load(*NET)), torch.rand(2, 3, 8, 8)
    for name in FORMS.keys() - {"compiled"}:
        with torch.no_grad():
            plain, other = (eager_module(graph, torch.device("cpu"), "fp32").eval() for _ in range(2))
            torch.testing.assert_close(FORMS[name](graph, other)(x), plain(x), rtol=1e-4, atol=1e-5)


def test_the_same_is_not_measured_twice(cache: Path):
    first = said()
    assert said() == first
    assert len(list((cache / "bench").iterdir())) == 1
    assert said("--fresh") != first
    assert said("--no-cache") != said("--no-cache")
    assert said("--rounds", "3") != first
    assert len(list((cache / "bench").iterdir())) == 2


def test_a_damaged_figure_is_measured_again(cache: Path):
    first = said()
    next((cache / "bench").iterdir()).write_text("{", encoding="utf-8")
    assert said() != first


def test_the_table_tells_device_median_and_spread():
    done = CliRunner().invoke(app, [*WORDS, "--form", "eager"])
    assert done.exit_code == 0
    assert "batch 2, 1 thread" in done.stdout
    assert f"torch {torch.__version__}" in done.stdout


def test_threads_are_pinned_and_given_back():
    before = torch.get_num_threads()
    with pinned(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--device", "tpu"), "RS720"),
        (("--device", "cuda:99"), "RS720"),
        (("--calibrate",), "RS703"),
        (("--batch", "1", "stages.3.stride=8", "--training"), "RS722"),
    ],
)
def test_what_cannot_run_is_refused_with_the_reason(words: tuple[str, ...], code: str):
    done = CliRunner().invoke(app, [*WORDS, *words])
    assert done.exit_code == 2
    assert f"error[{code}]" in done.stderr


def test_an_unknown_form_is_refused_with_the_nearest():
    with pytest.raises(ResspecError, match=r"RS721.*\n.*eager"):
        bench(resspec.graph("resnet20_quarter"), Setting(), ["eagr"], 1)


def test_without_a_spec_there_is_nothing_to_time():
    assert CliRunner().invoke(app, ["bench"]).exit_code == 2
