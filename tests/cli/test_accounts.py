"""report: --reconcile, --features, --memory, --fits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import resspec
from resspec.cli.app import app


def said(*words: str) -> str:
    done = CliRunner().invoke(app, ["report", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_reconcile_prints_what_each_counter_gives_and_why():
    lines = said("resnet50", "--reconcile").splitlines()
    thop = next(line for line in lines if line.startswith("thop"))
    assert thop.endswith("4,133,742,592")
    assert "Lyken17/pytorch-OpCounter#226" in thop


def test_reconcile_answers_in_json_and_in_other_spellings():
    counters = {
        spelling: {
            row["counter"]: row["total"]
            for row in json.loads(said("seresnet50", "--reconcile", "--spelling", spelling, "--json"))["counters"]
        }
        for spelling in ("resspec", "timm")
    }
    assert counters["resspec"]["fvcore"] > counters["timm"]["fvcore"]
    assert counters["resspec"]["torch"] == counters["timm"]["torch"]


def test_features_tell_stride_and_field():
    assert any(
        line.split() == ["layer4", "2048x7x7", "windows", "32", "427", "-213"]
        for line in said("resnet50", "--features").splitlines()
    )
    data = json.loads(said("resnet50", "--features", "--json"))
    assert data["features"] == [feature.to_dict() for feature in resspec.features("resnet50")]


def test_memory_tells_inference_and_training():
    words = ("resnet50", "--memory", "--batch", "256", "--optimizer", "adamw", "--amp", "bf16", "--checkpointing")
    assert "autocast bf16, blocks recomputed" in said(*words)
    data = json.loads(said(*words, "--json"))
    assert data["training"] == data["weights"] + data["states"] + max(data["kept"] + data["passing"], data["gradients"])


@pytest.mark.parametrize(("size", "code"), [("24GB", 0), ("4GB", 1), ("plenty", 2)])
def test_fits_answers_by_its_exit_code(size: str, code: int):
    done = CliRunner().invoke(app, ["report", "resnet50", "--fits", size, "--batch", "256"])
    assert done.exit_code == code
    if code < 2:
        assert "the largest batch is" in done.stdout


def test_latency_is_told_by_stage_with_the_error_of_its_table(tmp_path: Path):
    file = tmp_path / "table.json"
    head = {"device": "a device", "dtype": "fp32", "threads": 2, "images": 4, "torch": "2"}
    unseen = [["other", 1.0, 1.1], ["another", 1.0, 1.2]]
    file.write_text(json.dumps({**head, "rates": {"others": [0.001, 0, 0, 0]}, "unseen": unseen}), encoding="utf-8")
    ops = len(resspec.report("resnet18").layers)
    lines = said("resnet18", "--latency", "--table", str(file))
    assert "a device, fp32, batch 4, 2 threads" in lines
    assert "median error 15.0% on 2 unseen networks" in lines
    assert json.loads(said("resnet18", "--table", str(file), "--json"))["seconds"] == pytest.approx(0.001 * ops)
