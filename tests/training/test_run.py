"""Trainings as folders: really killed processes go on as if they had not been, and what is kept says what it is."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # type: ignore[import-untyped]

import resspec
from command import run
from resspec.errors import DataError
from resspec.training.checkpoint import read_notes
from resspec.training.checkpoints import Checkpoints
from training.run_worker import RECIPE, SPEC, work

TESTS = Path(__file__).parents[1]
WORKER = Path(__file__).with_name("run_worker.py")


def worked(folder: Path, *death: str, **changes: Any) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(WORKER), str(folder), json.dumps(RECIPE | changes), *death]
    path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    environment = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the training that nobody killed."""
    folder = tmp_path_factory.mktemp("untouched") / "run"
    work(folder, RECIPE)
    return folder


def assert_same(one: Path, two: Path) -> None:
    for name in ("last.safetensors", "best.safetensors"):
        ours, theirs = load_file(one / name), load_file(two / name)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours), name
    rows = [list(csv.DictReader((folder / "log.csv").read_text().splitlines())) for folder in (one, two)]
    told = ("epoch", "loss", "validation_loss", "validation_accuracy")
    assert [[row[key] for key in told] for row in rows[0]] == [[row[key] for key in told] for row in rows[1]]


@pytest.mark.slow
def test_a_training_killed_in_the_midst_of_an_epoch_ends_with_the_same_weights_bit_for_bit(
    tmp_path: Path, untouched: Path
):
    folder = tmp_path / "run"
    assert worked(folder, "13", "SIGKILL").returncode == -signal.SIGKILL  # of 8 an epoch; states every 3 steps
    work(folder, RECIPE)
    assert_same(folder, untouched)


@pytest.mark.slow
def test_a_signal_keeps_the_running_step_and_a_damaged_state_is_passed_over(tmp_path: Path, untouched: Path):
    folder = tmp_path / "run"
    stopped = worked(folder, "4", "SIGTERM")
    assert "StoppedError" in stopped.stderr
    assert list(Checkpoints(folder / "checkpoints", 3).steps()) == [3, 5]  # the step behind the signal is finished
    last = folder / "checkpoints" / "step-00000005" / "state.pt"
    last.write_bytes(last.read_bytes()[:100])
    work(folder, RECIPE)
    assert_same(folder, untouched)


def test_the_last_states_are_kept_and_files_say_what_they_are(untouched: Path):
    assert [path.name for path in sorted((untouched / "checkpoints").iterdir())] == [
        "step-00000018",
        "step-00000021",
        "step-00000024",
    ]
    notes = read_notes(untouched / "best.safetensors")
    assert notes["fingerprint"] == resspec.fingerprint(SPEC)
    assert resspec.fingerprint(json.loads(notes["spec"])) == notes["fingerprint"]
    lines = [json.loads(line) for line in (untouched / "log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert (untouched / "curve.svg").read_text().startswith("<svg")
    assert json.loads((untouched / "result.json").read_text())["epochs"] == 3


def test_another_training_is_not_mixed_into_a_folder(untouched: Path):
    with pytest.raises(DataError, match=r"RS661.*it differs in recipe\.lr, seed"):
        resspec.train(SPEC, data="digits", recipe=RECIPE, changes=["lr=0.06"], path=untouched)


def test_a_training_that_is_done_is_read_not_repeated(untouched: Path):
    before = (untouched / "result.json").stat().st_mtime_ns
    found = resspec.train(SPEC, data="digits", recipe=RECIPE, seed=4, path=untouched)
    assert (untouched / "result.json").stat().st_mtime_ns == before
    assert (
        found.to_dict()["validation"]["accuracy"]
        == resspec.evaluate(SPEC, weights=untouched / "last.safetensors", data="digits", part="validation").accuracy
    )


def test_weights_of_another_network_are_refused_even_where_every_tensor_fits(untouched: Path):
    done = run("evaluate", str(other(untouched)), "--weights", str(untouched / "best.safetensors"), "--data", "digits")
    assert done.returncode == 2
    assert "error[RS609]" in done.stderr
    assert "holds weights of 'net'" in done.stderr


def other(folder: Path) -> Path:
    """The same network with another activation."""
    path = folder / "other.json"
    path.write_text(json.dumps(SPEC | {"act": "silu"}))
    return path


def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match=r"RS664.*No space left on device\n.*make room"):
        Checkpoints(tmp_path / "c", 1).save(1, {"a": torch.zeros(3)}, {}, {})
    assert not list((tmp_path / "c").iterdir())


def test_a_board_has_the_figures_of_the_log(tmp_path: Path):
    found = resspec.train(SPEC, data="digits", recipe=RECIPE | {"epochs": 2}, path=tmp_path / "run", tensorboard=True)
    board = EventAccumulator(str(found.path / "tensorboard"))
    board.Reload()
    rows = list(csv.DictReader((found.path / "log.csv").read_text().splitlines()))
    for name, column in (("loss", "loss"), ("validation/accuracy", "validation_accuracy"), ("lr", "lr")):
        events = board.Scalars(name)
        assert [event.step for event in events] == [1, 2]
        assert [event.value for event in events] == pytest.approx([float(row[column]) for row in rows], rel=1e-5)


def test_a_board_without_its_package_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(DataError, match=r"RS651(.|\n)*resspec\[tensorboard\]"):
        resspec.train(SPEC, data="digits", recipe=RECIPE, path=tmp_path / "run", tensorboard=True)
    assert not (tmp_path / "run" / "result.json").exists()
