"""report, check."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import resspec
from command import run
from resspec.cli.app import app
from resspec.pages.levels import level_sheet


@pytest.mark.parametrize("level", ["layers", "blocks", "stages"])
def test_report_prints_every_row_whole(level: str) -> None:
    report = resspec.report("resnext101_64x4d")
    done = CliRunner().invoke(app, ["report", "resnext101_64x4d", "--by", level], env={"COLUMNS": "40"})
    for row in getattr(report, level):
        assert any(line.startswith(f"{row.name} ") and f"{row.macs:,}" in line for line in done.stdout.splitlines())
    assert f"{report.params:,}" in done.stdout
    assert report.convention in done.stdout


@pytest.mark.parametrize("level", ["op", "block", "stage", "part"])
def test_report_writes_each_level_in_each_form(level: str, tmp_path: Path) -> None:
    report = resspec.report("resnet18")
    sheet = level_sheet(report, level, whole=True)
    for form, text in (("csv", sheet.csv()), ("markdown", level_sheet(report, level).markdown())):
        path = tmp_path / form
        words = ["report", "resnet18", "--level", level, "--format", form]
        assert CliRunner().invoke(app, [*words, "-o", str(path)]).exit_code == 0
        assert path.read_text(encoding="utf-8") == text == CliRunner().invoke(app, words).stdout


def test_report_writes_one_page(tmp_path: Path) -> None:
    path = tmp_path / "net.html"
    done = CliRunner().invoke(app, ["report", "resnet18", "--format", "html", "--batch", "4", "-o", str(path)])
    assert done.exit_code == 0
    assert f"{4 * resspec.report('resnet18').macs:,}" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [["list"], ["report", "--all"], ["report", "--all", "--format", "csv"]])
def test_the_whole_zoo_is_priced(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 0
    assert all(name in done.stdout for name in resspec.list_specs())


def test_report_all_takes_a_pattern_and_overrides() -> None:
    done = CliRunner().invoke(app, ["report", "--all", "resnet1?", "classes=10", "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["name"] for row in rows] == resspec.list_specs("resnet1?")
    assert int(rows[0]["params"]) == resspec.report(resspec.load(rows[0]["name"], classes=10)).params


def test_all_networks_are_no_page() -> None:
    done = CliRunner().invoke(app, ["report", "--all", "--format", "html"])
    assert done.exit_code == 2
    assert "error[RS703]" in done.stderr


def test_report_answers_in_json() -> None:
    done = CliRunner().invoke(app, ["report", "resnet50", "stages.3.depth=9", "classes=10", "--json"])
    want = resspec.report(resspec.load("resnet50", "stages.3.depth=9", classes=10)).to_dict()
    assert json.loads(done.stdout) == json.loads(json.dumps(want))


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
    assert "1 of 2 budgets broken" in done.stdout
    rows = [line.split("  ") for line in done.stdout.splitlines()]
    words = [[cell.strip() for cell in row if cell] for row in rows if row[0] in ("holds", "broken")]
    assert words == [
        ["holds", "params <= 12,000,000", "<= 12M", "11,689,512"],
        ["broken", "1,000,000,000 <= macs <= 1,500,000,000", "1G..1.5G", "1,814,073,344", "314,073,344", "20.94 %"],
    ]


@pytest.mark.parametrize(
    ("budget", "code"),
    [
        ("macs<=4.1G", 0),
        ("macs <= 4G", 1),
        ("macs=4G..5G", 0),
        ("macs: >= 5G", 1),
        ("params<=220% of resnet18", 0),
        ("params<=210% of resnet18", 1),
        ("params=25557032", 0),
        ("macs", 2),
        ("mac<=4G", 2),
        ("macs<4G", 2),
        ("macs<=60% of nothing", 2),
    ],
)
def test_check_takes_budgets_on_the_command_line(budget: str, code: int) -> None:
    assert CliRunner().invoke(app, ["check", "resnet50", "--budget", budget]).exit_code == code


def test_check_tells_by_how_much_in_markdown_and_json() -> None:
    words = ["check", "resnet50", "-b", "params<=25M", "-b", "macs>=5G"]
    done = CliRunner().invoke(app, [*words, "--format", "markdown"])
    assert done.exit_code == 1
    assert "| broken | params <= 25,000,000 | <=25M | 25,557,032 | 557,032 | 2.23 % |" in done.stdout
    assert "| layer4 | 14,964,736 | 58.6 % | 809,238,528 | 19.8 % |" in done.stdout
    rows = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["budgets"]
    assert [row["over"] for row in rows] == [557_032, 910_815_744]


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


def test_check_bounds_memory() -> None:
    words = ["check", "resnet50", "-b", "memory<=120MB", "-b", "memory<=130% of resnet34"]
    assert CliRunner().invoke(app, words).exit_code == 0
    done = CliRunner().invoke(app, ["check", "resnet50", "budgets.memory=<= 100MB", "--json"])
    verdict = json.loads(done.stdout)["budgets"][0]
    assert (done.exit_code, verdict["over"]) == (1, verdict["value"] - 100_000_000)


def test_check_bounds_latency_by_the_table_in_use(tmp_path: Path) -> None:
    seconds, words = 1e-9 * resspec.report("resnet18").macs, ["check", "resnet18", "-b", "latency<=2s"]
    rates = {"others": [0, 1e-9, 0, 0]}
    data = {"device": "one", "dtype": "fp32", "threads": 1, "images": 1, "torch": "2", "rates": rates}
    file = tmp_path / "table.json"
    for measured, bound, code in ((1.1, "2s", 0), (1.1, "1.8s", 1), (1.2, "2s", 2)):
        file.write_text(json.dumps(data | {"unseen": [["other", measured, 1.0]]}))
        words[-1] = f"latency<={bound}"
        done = CliRunner().invoke(app, words, env={"RESSPEC_LATENCY_TABLE": str(file)})
        assert done.exit_code == code
        assert (f"{1e3 * seconds:,.6f} ms" in done.stdout) == (code < 2)
    assert "error[RS424]" in done.stderr
    done = CliRunner().invoke(app, words, env={"RESSPEC_CACHE": str(tmp_path / "none")})
    assert "error[RS423]" in done.stderr


def test_check_refuses_a_spec_without_budgets() -> None:
    assert "error[RS405]" in CliRunner().invoke(app, ["check", "resnet18"]).stderr
