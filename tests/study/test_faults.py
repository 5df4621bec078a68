"""Faults, each to a real process: nothing finished is lost, nothing is counted twice, and the search goes on."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from optuna.trial import TrialState

from resspec.errors import SearchError
from resspec.study.result import Result, open_result
from resspec.study.run import run_search
from study.formula import stated
from study.processes import QUICK, Told, ended, start, stored, told
from study.worker import act

KILLS = 51
"""Of each kind."""
SHORT = QUICK | {"trials": 3, "evaluator": {"kind": "formula", "pause": 0.005}}


class Victims:
    """Short searches that are killed once, each in a study of its own, and then run to their end."""

    def __init__(self, nursery: Any, folder: Path, storage: str | None) -> None:
        self._nursery = nursery
        self._folder = folder
        self._storage = storage
        self.expected = self.told(self.to_the_end(""))
        self.killed = self.survived = 0

    def begun(self, name: str, death: tuple[float, ...] = ()) -> BaseProcess:
        """A process on the study of a name."""
        more = {"name": f"s{name}"} | ({"storage": self._storage} if self._storage else {})
        process: BaseProcess = self._nursery.Process(target=act, args=(str(self._folder / name), SHORT | more, death))
        process.start()
        return process

    def to_the_end(self, name: str) -> str:
        """Run a study to its end."""
        process = self.begun(name)
        process.join(600)
        assert process.exitcode == 0
        return name

    def told(self, name: str) -> Told:
        """The trials of a study."""
        return told(self._folder / name, self._storage, f"s{name}")

    def count(self, name: str, code: int | None) -> None:
        """A process ended: where it was killed, the same search again is the one that nobody killed."""
        self.killed += code == -signal.SIGKILL
        self.survived += code == -signal.SIGKILL and self.told(self.to_the_end(name)) == self.expected


@pytest.fixture(params=["journal", "database"])
def victims(request: pytest.FixtureRequest, nursery: Any, tmp_path: Path) -> Victims:
    storage = request.getfixturevalue("database") if request.param == "database" else None
    return Victims(nursery, tmp_path, storage)


@pytest.mark.long
def test_killed_at_random_times(victims: Victims, capsys: pytest.CaptureFixture[str]):
    chance, lasts = random.Random(0), 0.5
    for number in range(3 * KILLS):
        process, begin = victims.begun(f"k{number}"), time.monotonic()
        process.join(chance.uniform(0.0, lasts))
        process.kill()
        process.join()
        if process.exitcode == 0:  # too late: half of that is in the midst
            lasts = max(0.1, (time.monotonic() - begin) * 0.8)
        victims.count(f"k{number}", process.exitcode)
        if victims.killed == KILLS:
            break
    report(capsys, "random times", victims)


@pytest.mark.long
def test_killed_at_each_write(victims: Victims, capsys: pytest.CaptureFixture[str]):
    for number in range(KILLS):
        process = victims.begun(f"w{number}", (1 + number % 28, (0.0, 1.0, 0.3)[number % 3]))
        process.join(600)
        victims.count(f"w{number}", process.exitcode)
    report(capsys, "each write", victims)


def report(capsys: pytest.CaptureFixture[str], kind: str, victims: Victims) -> None:
    """Tell and check how many survived."""
    with capsys.disabled():
        sys.stdout.write(f"\nkilled at {kind}: {victims.survived} of {victims.killed} survived\n")
    assert victims.survived == victims.killed >= 50


def begun(folder: Path, worker: subprocess.Popen[bytes]) -> None:
    """Wait until the worker's second trial runs."""
    journal = folder / "journal.log"
    while not journal.exists() or journal.read_bytes().count(b"fingerprint") < 2:
        assert worker.poll() is None
        time.sleep(0.02)


def test_a_preempted_search_gives_its_trial_back_ends_with_143_and_goes_on_elsewhere(tmp_path: Path):
    worker = start(tmp_path / "run", trials=6, evaluator={"kind": "formula", "pause": 0.05})
    begun(tmp_path / "run", worker)
    worker.terminate()
    assert ended(worker)[0] == 143
    states = [trial.state for trial in stored(tmp_path / "run").trials]
    assert states[-1] == TrialState.WAITING
    assert TrialState.RUNNING not in states
    result = run_search(
        stated(**QUICK | {"trials": 6, "evaluator": {"kind": "formula", "pause": 0.05}}), path=tmp_path / "run"
    )
    assert [trial.state for trial in result.trials] == [TrialState.COMPLETE] * 6
    assert {t.user_attrs["owner"]["attempt"] for t in result.study.trials} == {1}


@pytest.mark.slow
def test_a_network_that_takes_all_memory_is_a_failed_trial_and_the_search_goes_on(tmp_path: Path):
    worker = start(tmp_path / "run", trials=4, limit_bytes=2 << 30, evaluator={"kind": "formula", "hungry": [1, 2]})
    code, said = ended(worker)
    assert code == 0, said
    result = open_result(tmp_path / "run")
    assert [trial.state.name for trial in result.trials] == ["COMPLETE", "FAIL", "FAIL", "COMPLETE"]
    assert result.trials[1].error.startswith("MemoryError")


@pytest.mark.slow
def test_a_disk_that_is_full_ends_the_search_clearly_and_the_same_command_goes_on(
    tmp_path: Path, search: Callable[..., Result]
):
    expected = search(**QUICK | {"trials": 12})
    size = (tmp_path / "run" / "journal.log").stat().st_size
    folder = tmp_path / "full"
    for part in (0.3, 0.55, 0.8):  # the limit falls into the midst of a line
        code, said = ended(start(folder, trials=12, limit_file=int(size * part)))
        assert code != 0
        assert "File too large" in said
    assert ended(start(folder, trials=12)) == (0, "")
    assert told(folder) == told(expected.path)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 200 kilobytes."""
    folder = Path(tempfile.mkdtemp(prefix="resspec-disk-"))
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if done.returncode:
        folder.rmdir()
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


@pytest.mark.slow
def test_a_search_on_a_disk_that_fills_up_goes_on_where_there_is_room(small_disk: Path, search: Callable[..., Result]):
    (small_disk / "ballast").write_bytes(bytes(188_000))
    folder = small_disk / "run"
    code, said = ended(start(folder, trials=12))
    assert code != 0
    assert "No space left on device" in said
    (small_disk / "ballast").unlink()
    assert ended(start(folder, trials=12)) == (0, "")
    assert told(folder) == told(search(**QUICK | {"trials": 12}).path)


@pytest.mark.slow
def test_workers_on_a_full_disk_say_that_it_is_full_and_not_that_they_died(small_disk: Path):
    (small_disk / "ballast").write_bytes(bytes(170_000))
    folder = small_disk / "run"
    with pytest.raises(OSError, match=f"No space left on device: '{folder}'"):
        run_search(stated(**QUICK | {"trials": 40}), path=folder, workers=2)
    (small_disk / "ballast").unlink()
    assert len(run_search(stated(**QUICK | {"trials": 40}), path=folder).trials) == 40


def test_locks_left_behind_by_the_dead_hold_nobody_up(search: Callable[..., Result], tmp_path: Path):
    search(**QUICK | {"trials": 2})
    for name in ("study.lock", "final.lock", "journal.log.lock", "owners/0123456789ab"):
        (tmp_path / "run" / name).write_text("left behind")
    before = time.monotonic()
    assert len(search(**QUICK | {"trials": 4}).trials) == 4
    assert time.monotonic() - before < 20


@pytest.mark.slow
def test_sixteen_that_come_at_once_create_one_study_in_a_folder(nursery: Any, tmp_path: Path):
    many = [nursery.Process(target=act, args=(str(tmp_path / "run"), QUICK | {"trials": 3})) for _ in range(16)]
    for process in many:
        process.start()
    for process in many:
        process.join(600)
    assert [process.exitcode for process in many] == [0] * 16
    assert [trial.number for trial in stored(tmp_path / "run").trials] == [0, 1, 2]


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_fifty_trials_are_twenty_five_and_twenty_five(search: Callable[..., Result], sampler: str):
    said = QUICK | {"sampler": sampler, "evaluator": {"kind": "formula"}}
    search(**said | {"trials": 25})
    halves = search(**said | {"trials": 50})
    assert told(halves.path) == told(search(path="at-once", **said | {"trials": 50}).path)
    shutil.rmtree(halves.path)


def test_a_search_in_which_every_network_fails_ends_and_leaves_no_trial_running(tmp_path: Path):
    failing = stated(**QUICK | {"trials": 4, "evaluator": {"kind": "formula", "fails": [0, 1, 2, 3]}})
    with pytest.raises(SearchError, match="none of 4 trials was completed"):
        run_search(failing, path=tmp_path / "run")
    assert [trial.state.name for trial in stored(tmp_path / "run").trials] == ["FAIL"] * 4


@pytest.mark.skipif("not __import__('torch').cuda.is_available()", reason="no GPU: its memory cannot run out")
def test_a_gpu_without_room_fails_trials_and_the_search_goes_on_when_there_is(tmp_path: Path):
    import torch

    recipe = {"epochs": 1, "batch": 32}
    said = {
        "base": "resnet20_quarter",
        "space": {"stages.1.depth": {"low": 1, "high": 6}},
        "evaluator": {"kind": "training", "data": "digits", "recipe": recipe, "device": "cuda"},
        "final": None,
    }
    torch.cuda.set_per_process_memory_fraction(1e-6)
    with pytest.raises(SearchError, match="OutOfMemoryError"):
        run_search(said, trials=2, path=tmp_path / "run")
    torch.cuda.set_per_process_memory_fraction(1.0)
    states = [trial.state.name for trial in run_search(said, trials=4, path=tmp_path / "run").trials]
    assert states == ["FAIL", "FAIL", "COMPLETE", "COMPLETE"]
