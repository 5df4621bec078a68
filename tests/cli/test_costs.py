"""report, check."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import resspec
from command import run
from resspec.cli.app import app


@pytest.mark.parametrize("level", ["layers", "blocks", "stages"])
def test_report_prints_every_row_whole(level: str) -> None:
    report = resspec.report("resnext101_64x4d")
    done = CliRunner().invoke(app, ["report", "resnext101_64x4d", "--by", level], env={"COLUMNS": "40"})
    for row in getattr(report, level):
        assert any(line.startswith(f"{row.name} ") and f"{row.macs:,}" in line for line in done.stdout.splitlines())
    assert f"{report.params:,}" in done.stdout
    assert report.convention in done.stdout


def test_report_answers_in_json() -> None:
    done = CliRunner().invoke(app, ["report", "resnet50", "stages.3.depth=9", "classes=10", "--json"])
    want = resspec.report(resspec.load("resnet50", "stages.3.depth=9", classes=10)).to_dict()
    assert json.loads(done.stdout) == json.loads(json.dumps(want))


def test_report_is_quick_as_a_whole_process() -> None:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        assert run("report", "resnet50").returncode == 0
        times.append(time.perf_counter() - start)
    assert min(times) <= 0.6


BUDGETED = """
extends: resnet18
budgets:
  params: <= 12M
  macs: 1G..1.5G
"""


def test_check_says_no_where_a_budget_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(BUDGETED)
    done = CliRunner().invoke(app, ["check", str(file)])
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "params <= 12,000,000: 11,689,512, holds",
        "1,000,000,000 <= macs <= 1,500,000,000: 1,814,073,344, broken",
    ]


def test_check_says_yes_where_all_hold(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(BUDGETED)
    done = CliRunner().invoke(app, ["check", str(file), "input=[3,192,192]", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["holds"] is True


def test_check_takes_a_share_of_another_network() -> None:
    words = ["check", "resnet50", "budgets.macs=<= 112% of resnet34"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert CliRunner().invoke(app, [*words[:2], "budgets.macs=<= 111% of resnet34", "--quiet"]).exit_code == 1


@pytest.mark.parametrize("budget", ["weights=3", "params=many", "params=9..8", "params=<= 10% of resnet05"])
def test_check_refuses_budgets_that_mean_nothing(budget: str) -> None:
    done = CliRunner().invoke(app, ["check", "resnet18", f"budgets.{budget}"])
    assert done.exit_code == 2
    assert "error[RS" in done.stderr


def test_check_refuses_a_spec_without_budgets() -> None:
    assert "error[RS405]" in CliRunner().invoke(app, ["check", "resnet18"]).stderr
