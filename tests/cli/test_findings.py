"""search status, best, report, dashboard."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import resspec
from command import COMMAND
from resspec.cli.app import app
from resspec.study.run import run_search
from study.formula import stated


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("found") / "run"
    run_search(stated(objectives=["accuracy", "macs"], trials=20, final=None), path=folder)
    return folder


def asked(*words: str, code: int = 0) -> Any:
    """`resspec search WORDS` in this process."""
    ended = CliRunner().invoke(app, ["search", *words])
    assert ended.exit_code == code, ended.output
    return ended


def test_status_tells_best_front_and_budgets(done: Path) -> None:
    lines = asked("status", str(done)).stdout.splitlines()
    assert lines[0].startswith("small: 20 trials, 20 complete, best ")
    assert lines[1].startswith("front over accuracy, macs: ")
    assert lines[2].startswith("params <= 12,000: best uses ")
    told = json.loads(asked("status", str(done), "--json").stdout)
    assert told["trials"] == {"complete": 20}
    assert told["best"]["number"] == told["knee"]


def test_best_prints_any_network_of_the_study_as_a_spec(done: Path, tmp_path: Path) -> None:
    trials = {
        trial["number"]: trial for trial in json.loads(asked("report", str(done), "--json").stdout)["result"]["trials"]
    }
    for words, number in (
        (("--number", "7"), 7),
        (("--knee",), json.loads(asked("best", str(done), "--json").stdout)["number"]),
        (("--at", "macs>=1"), max(trials, key=lambda n: trials[n]["values"][0])),
    ):
        file = tmp_path / f"{number}.yaml"
        file.write_text(asked("best", str(done), *words).stdout)
        assert resspec.fingerprint(file) == trials[number]["fingerprint"]


def test_bounds_that_no_network_keeps_are_a_no_that_names_the_nearest(done: Path) -> None:
    ended = asked("best", str(done), "--at", "macs<=1K", "--at", "params<=1M", code=1)
    assert "no complete trial keeps macs<=1K and params<=1M; the nearest is trial " in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("best", "--knee", "--number", "3"), "RS703"),
        (("best", "--number", "300"), "RS553"),
        (("best", "--at", "mac<=1"), "did you mean 'macs'?"),
        (("report", "-o", "report.pdf"), "RS704"),
        (("report", "--json", "--markdown"), "RS703"),
    ],
)
def test_a_mistake_is_one_clear_message(done: Path, words: tuple[str, ...], said: str) -> None:
    ended = asked(words[0], str(done), *words[1:], code=2)
    assert said in ended.stderr
    assert "Traceback" not in ended.output


def test_report_prints_the_table_and_writes_what_the_suffix_says(done: Path, tmp_path: Path) -> None:
    table = asked("report", str(done)).stdout
    assert table == asked("report", str(done), "--markdown").stdout
    asked("report", str(done), "-o", str(tmp_path / "report.md"))
    assert (tmp_path / "report.md").read_text() == table


def test_dashboard_prints_its_address_and_ends_with_control_c(done: Path) -> None:
    pytest.importorskip("optuna_dashboard", reason="the dashboard needs the extra `dashboard`")
    words = [sys.executable, *COMMAND, "search", "dashboard", str(done), "--port", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(2)
        assert process.wait(timeout=30) == 130
        assert "Traceback" not in process.communicate()[1]
    finally:
        process.kill()
