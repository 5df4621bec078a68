"""show --explain and --minimal, and budgets that name files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import resspec
from resspec.cli.app import app


def answer(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_explain_tells_every_value_and_where_it_comes_from(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text("extends: resnet50\nstages: {3: {depth: 9}}\n")
    rows = {line.split()[0]: line.split(maxsplit=2)[1:] for line in answer("show", str(file), "--explain").splitlines()}
    assert rows["stages.3.depth"] == ["9", f"{file}:2:21"]
    assert rows["stages.4.width"][1].endswith("resnet50.yaml:10:23")
    assert rows["norm.kind"] == ['"batch"', "default: what a net has that names no norm"]


def test_explain_answers_in_json():
    told = {row["path"]: row for row in json.loads(answer("show", "resnet50", "--explain", "--json"))}
    assert told["block.ratio"]["place"]["line"] == 4
    assert told["head.dropout"]["why"] == "default of head linear"


def test_minimal_prints_the_shortest_file(tmp_path: Path):
    text = answer("show", "resnet50", "stages.3.depth=9", "--minimal")
    assert text == "extends: resnet50\nsource: torchvision\nstages: {3: {depth: 9}}\n"
    file = tmp_path / "mine.json"
    file.write_text(answer("show", "resnet50", "stages.3.depth=9", "--minimal", "--json"))
    assert resspec.fingerprint(file) == resspec.fingerprint(resspec.load("resnet50", "stages.3.depth=9"))


def test_explain_and_minimal_exclude_each_other():
    assert CliRunner().invoke(app, ["show", "resnet18", "--explain", "--minimal"]).exit_code == 2


def test_a_stage_is_taken_away_on_the_command_line():
    shown = json.loads(answer("show", "resnet50", "~stages.4", "+stages.1={depth: 1, width: 64}", "--json"))
    assert [stage["width"] for stage in shown["stages"]] == [64, 256, 512, 1024]
    assert answer("validate", "resnet18", "resnet34", "~stages.4").count("valid") == 2


def test_a_budget_is_a_share_of_a_file_beside_the_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "nets").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets/small.yaml").write_text("extends: resnet18\n")
    (tmp_path / "nets/mine.yaml").write_text("extends: resnet18\nbudgets: {params: <= 100% of small.yaml}\n")
    assert '"holds": true' in answer("check", "nets/mine.yaml", "--json")
    done = CliRunner().invoke(app, ["check", "nets/mine.yaml", "budgets.params=<= 50% of resnet18"])
    assert done.exit_code == 1
