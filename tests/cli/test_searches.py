"""search profile, run, status, best."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import resspec
from command import COMMAND, run
from resspec.cli.app import app

TINY = """
base: resnet20_quarter
space:
  stages.1.depth: {low: 1, high: 2}
  stages.2.depth: {low: 1, high: 3}
budgets: {params: <= 100% of base}
evaluator: {kind: training, data: digits, recipe: {epochs: EPOCHS}, threads: 1}
sampler: random
trials: 3
final: {finalists: 1, repeats: 1}
"""


def searched(folder: Path, epochs: int = 1) -> Path:
    (folder / "tiny.yaml").write_text(TINY.replace("EPOCHS", str(epochs)))
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = searched(tmp_path_factory.mktemp("search"))
    ran = run("search", "run", "tiny.yaml", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    (folder / "stdout").write_text(ran.stdout)
    (folder / "stderr").write_text(ran.stderr)
    return folder


def test_profile_tells_what_can_be_reached(tmp_path: Path) -> None:
    told = run("search", "profile", "tiny.yaml", cwd=searched(tmp_path))
    assert told.returncode == 0
    assert "6 points" in told.stdout
    data = json.loads(run("search", "profile", "tiny.yaml", "--json", cwd=tmp_path).stdout)
    assert data["size"] == 6
    assert not (tmp_path / "runs").exists()


def test_run_ends_with_the_best_against_the_base(done: Path) -> None:
    lines = (done / "stdout").read_text().splitlines()
    assert lines[0].startswith("tiny: 3 trials, ")
    assert sum(" *" in line for line in lines) == 1
    assert any(line.startswith("base") for line in lines)
    for name in ("best.yaml", "best.safetensors"):
        assert (done / "runs" / "tiny" / name).is_file()
        assert any(line.startswith(f"runs/tiny/{name}: ") for line in lines)


def test_run_tells_every_trial_where_there_is_no_terminal(done: Path) -> None:
    told = (done / "stderr").read_text()
    assert [int(number) for number in re.findall(r"^\d/3  trial (\d+) ", told, re.MULTILINE)] == [0, 1, 2]
    assert "\x1b" not in told


def asked(*words: str) -> Any:
    """`resspec search WORDS` in this process, which has loaded torch already."""
    ended = CliRunner().invoke(app, ["search", *words])
    assert ended.exit_code == 0, ended.output
    return ended


@pytest.fixture
def inside(done: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(done)
    return done


def test_run_says_that_it_is_done(inside: Path) -> None:
    again = asked("run", "tiny.yaml")
    assert "already done" in again.stderr
    assert again.stdout == (inside / "stdout").read_text()


@pytest.mark.usefixtures("inside")
def test_run_is_quiet_on_demand() -> None:
    quiet = asked("run", "tiny.yaml", "--quiet")
    assert quiet.stderr == ""
    assert quiet.stdout.startswith("tiny: 3 trials")


@pytest.mark.usefixtures("inside")
def test_run_answers_in_json() -> None:
    assert len(json.loads(asked("run", "tiny.yaml", "--json").stdout)["trials"]) == 3


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("search", ["tiny.yaml", "runs/tiny"])
def test_status_takes_a_search_or_the_folder_of_its_study(search: str) -> None:
    assert asked("status", search).stdout.startswith("tiny: 3 trials, ")
    assert sum(json.loads(asked("status", search, "--json").stdout)["trials"].values()) == 3


def test_best_prints_the_file_that_the_search_wrote(inside: Path) -> None:
    assert asked("best", "tiny.yaml").stdout == (inside / "runs" / "tiny" / "best.yaml").read_text()
    found = json.loads(asked("best", "tiny.yaml", "--json").stdout)
    assert found["fingerprint"] == resspec.fingerprint("runs/tiny/best.yaml")


@pytest.mark.slow
def test_a_terminal_sees_a_live_bar(done: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(done)
        os.execve(
            sys.executable, [*COMMAND, "search", "run", "tiny.yaml", "--path", "again"], os.environ | {"COLUMNS": "120"}
        )
    seen = b"".join(iter(lambda: _read(terminal), b"")).decode()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert re.search(r"[0-3]/3", seen)
    for word in ("trials", "best so far", "held-out test"):
        assert word in seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side has closed
        return b""


@pytest.mark.slow
def test_an_interrupted_search_goes_on(tmp_path: Path) -> None:
    words = [*COMMAND, "search", "run", "tiny.yaml"]
    with subprocess.Popen(
        words, cwd=searched(tmp_path, 3), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        while "trial 0 " not in process.stderr.readline():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on" in told
    assert "Traceback" not in told
    again = run("search", "run", "tiny.yaml", cwd=tmp_path)
    assert again.returncode == 0
    assert "going on after" in again.stderr
    assert "trial 0 " not in again.stderr


WRONG = {
    "an unknown search": ["run", "no_such"],
    "a missing file": ["run", "nowhere/search.yaml"],
    "a spec instead of a search": ["profile", "net.yaml"],
    "a budget that cannot be met": ["run", "tight.yaml"],
    "a folder that is a file": ["run", "tiny.yaml", "--path", "net.yaml"],
    "a folder below a file": ["run", "tiny.yaml", "--path", "net.yaml/study"],
    "a study that is none": ["status", "."],
    "a search that was not run": ["best", "tiny.yaml"],
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_one_clear_message_and_writes_nothing(tmp_path: Path, mistake: str) -> None:
    searched(tmp_path)
    (tmp_path / "net.yaml").write_text("extends: resnet18\n")
    (tmp_path / "tight.yaml").write_text((tmp_path / "tiny.yaml").read_text().replace("<= 100% of base", "<= 100"))
    ended = run("search", *WRONG[mistake], cwd=tmp_path)
    assert ended.returncode == 2, ended.stderr
    assert "error[RS" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.yaml", "tight.yaml", "tiny.yaml"]
