"""Real processes, really killed: the same command goes on, and the study is the one that nobody killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from resspec.study.result import Result, open_result

TESTS = Path(__file__).parents[1]
WORKER = Path(__file__).with_name("worker.py")
PAUSED = {"kind": "formula", "pause": 0.01}
PRUNED = {"kind": "median", "startup": 3}
CHANGES: dict[str, Any] = {"trials": 30, "evaluator": PAUSED, "pruner": PRUNED}


def start(folder: Path, *death: float, **changes: Any) -> subprocess.Popen[bytes]:
    words = [sys.executable, str(WORKER), str(folder), json.dumps(CHANGES | changes), *map(str, death)]
    path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    return subprocess.Popen(
        words, env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE
    )


def ended(worker: subprocess.Popen[bytes], within: float = 120) -> tuple[int, str]:
    _, said = worker.communicate(timeout=within)
    return worker.returncode, said.decode()


def told(folder: Path) -> list[tuple[Any, ...]]:
    """The trials as plain Optuna reads them."""
    storage = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    trials = optuna.load_study(study_name="small", storage=storage).trials
    return [(t.number, t.state, t.params, t.values, t.intermediate_values, t.user_attrs["fingerprint"]) for t in trials]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """The trials of the search that nobody killed."""
    folder = tmp_path_factory.mktemp("untouched") / "run"
    assert ended(start(folder)) == (0, "")
    trials = told(folder)
    assert len(trials) == 30
    assert {trial[1] for trial in trials} == {TrialState.COMPLETE, TrialState.PRUNED}
    return trials


@pytest.mark.slow
def test_a_search_killed_at_random_times_ends_as_if_it_had_not_been(tmp_path: Path, untouched: list[tuple[Any, ...]]):
    chance = random.Random(0)
    folder, kills = tmp_path / "run", 0
    while kills < 15 and not (folder / "final").exists():
        worker = start(folder)
        while worker.poll() is None and not (folder / "journal.log").exists():
            time.sleep(0.005)
        try:
            worker.communicate(timeout=chance.uniform(0.1, 0.5))
        except subprocess.TimeoutExpired:
            worker.kill()
            kills += ended(worker)[0] == -signal.SIGKILL
    code, said = ended(start(folder))
    assert code == 0, said
    assert kills >= 3
    assert told(folder) == untouched


@pytest.mark.parametrize("part", [0.0, 0.3, 1.0])
@pytest.mark.slow
def test_a_search_killed_before_within_and_after_a_write_ends_as_if_it_had_not_been(
    tmp_path: Path, untouched: list[tuple[Any, ...]], part: float
):
    chance = random.Random(part)
    folder = tmp_path / "run"
    for write in (chance.randint(1, 4), chance.randint(5, 20), chance.randint(5, 60)):
        assert ended(start(folder, write, part))[0] == -signal.SIGKILL
    code, said = ended(start(folder))
    assert code == 0, said
    assert told(folder) == untouched


@pytest.mark.slow
def test_control_c_gives_the_running_trial_back_and_the_same_command_goes_on(
    tmp_path: Path, untouched: list[tuple[Any, ...]]
):
    folder = tmp_path / "run"
    worker = start(folder, evaluator=PAUSED | {"pause": 0.05})
    while not (folder / "journal.log").exists() or b"fingerprint" not in (folder / "journal.log").read_bytes():
        time.sleep(0.02)
    time.sleep(0.5)
    worker.send_signal(signal.SIGINT)
    code, said = ended(worker)
    assert code != 0
    assert "KeyboardInterrupt" in said
    states = [trial[1] for trial in told(folder)]
    assert states[-1] == TrialState.WAITING
    assert TrialState.RUNNING not in states
    assert ended(start(folder, evaluator=PAUSED | {"pause": 0.05}))[0] == 0
    assert told(folder) == untouched


@pytest.mark.slow
def test_a_trial_that_kills_its_process_each_time_is_given_up_and_the_search_goes_on(tmp_path: Path):
    folder = tmp_path / "run"
    for write in (11, 4, 4):  # each in the midst of the base's reports
        assert ended(start(folder, write, 0.5, trials=3))[0] == -signal.SIGKILL
    assert [(number, state) for number, state, *_ in told(folder)] == [(0, TrialState.RUNNING)]
    assert ended(start(folder, trials=3))[0] == 0
    assert [trial[1] for trial in told(folder)] == [TrialState.FAIL, TrialState.COMPLETE, TrialState.COMPLETE]
    assert open_result(folder).trials[0].error == "its process died 3 times"


@pytest.mark.slow
def test_processes_that_start_at_once_share_one_study_and_its_total(tmp_path: Path):
    folder = tmp_path / "run"
    workers = [start(folder, pruner="none") for _ in range(4)]
    assert [ended(worker) for worker in workers] == [(0, "")] * 4
    trials = told(folder)
    assert [trial[0] for trial in trials] == list(range(30))
    assert len({trial[-1] for trial in trials}) == 30
    assert {trial[1] for trial in trials} == {TrialState.COMPLETE}
    assert (folder / "result.json").exists()


def test_a_search_stopped_at_half_and_continued_is_the_search_run_at_once(search: Callable[..., Result]):
    def trials(result: Result) -> list[tuple[Any, ...]]:
        return [(t.number, t.state, t.params, t.values, t.loss) for t in result.trials]

    for sampler in ("random", "tpe", "nsga2"):
        changes = {"sampler": sampler, "pruner": PRUNED}
        search(path=sampler, trials=10, **changes)
        halves = search(path=sampler, trials=24, **changes)
        assert trials(halves) == trials(search(path=f"{sampler}-at-once", trials=24, **changes))
