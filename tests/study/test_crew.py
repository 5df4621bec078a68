"""Several workers: one total, no network twice, one view; whoever dies is replaced, and all stop together."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from optuna.trial import TrialState

from resspec.errors import SearchError
from resspec.study.crew import Crew, Orders, gpus, processors
from resspec.study.declaration import load_search
from resspec.study.locks import FileLock
from resspec.study.observer import Observer
from resspec.study.result import Result
from resspec.study.run import run_search
from resspec.study.spectator import Spectator
from resspec.study.trial import Trial
from study.formula import stated
from study.processes import ended, start, stored, told
from study.test_run import Told

SILENT = cast("Spectator", SimpleNamespace(look=lambda: None))
PAUSED = {"kind": "formula", "pause": 0.02}


def owners(result: Result) -> Counter[int]:
    return Counter(trial.user_attrs["owner"]["pid"] for trial in result.study.trials)


def living(folder: Path) -> int:
    """Processes that hold their lock in a study's folder."""
    locks = [FileLock(path) for path in (folder / "owners").iterdir()]
    free = [lock for lock in locks if lock.try_acquire()]
    for lock in free:
        lock.release()
    return len(locks) - len(free)


def running(folder: Path) -> int:
    """Running trials of a study that may not be there yet."""
    if b"identity" not in ((folder / "journal.log").read_bytes() if (folder / "journal.log").exists() else b""):
        return 0
    return sum(trial.state == TrialState.RUNNING for trial in stored(folder).trials)


@pytest.mark.slow
def test_workers_share_one_total_and_tell_one_observer(tmp_path: Path):
    heard = Told()
    result = run_search(stated(trials=16, evaluator=PAUSED), path=tmp_path / "run", workers=3, observer=heard)
    assert [trial.number for trial in result.trials] == list(range(16))
    assert {trial.state for trial in result.trials} == {TrialState.COMPLETE}
    assert len({trial.fingerprint for trial in result.trials}) == 16
    assert len(owners(result)) == 3
    assert os.getpid() not in owners(result)
    finished = [word for word in heard.heard if word.startswith("finished")]
    assert sorted(finished) == sorted(f"finished {number} COMPLETE" for number in range(16))
    assert heard.heard[0] == "opened 0/16"
    assert heard.heard[-2:] == ["ended", "close"]
    assert result.verdict is not None


def test_the_final_runs_are_shared_among_the_workers_and_decide_as_they_would_alone(tmp_path: Path):
    result = run_search(stated(seed=3), path=tmp_path / "run", workers=2)
    files = sorted((tmp_path / "run" / "final").glob("*.safetensors"))
    assert len(files) == 6
    assert {json.loads(file.read_text())["process"] for file in files} <= set(owners(result))
    assert result.verdict is not None
    contenders = [contender.name for contender in result.verdict.contenders]
    assert len(contenders) == 3
    alone = tmp_path / "alone"
    shutil.copytree(tmp_path / "run", alone)
    (alone / "result.json").unlink()
    for file in (alone / "final").iterdir():
        file.unlink()
    assert run_search(stated(seed=3), path=alone).verdict == result.verdict


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced_and_its_trial_run_again(tmp_path: Path):
    killed = set[int]()

    class Killer(Observer):
        def stepped(self, trial: Trial, step: int, accuracy: float) -> None:
            running = [t for t in stored(tmp_path / "run").trials if t.state == TrialState.RUNNING]
            alive = [pid for t in running if (pid := t.user_attrs["owner"]["pid"]) not in killed]
            if alive and len(killed) < 2:
                os.kill(alive[0], signal.SIGKILL)
                killed.add(alive[0])

    said = stated(trials=8, evaluator={"kind": "formula", "pause": 0.2}, final=None)
    result = run_search(said, path=tmp_path / "run", workers=2, observer=Killer())
    assert [trial.state for trial in result.trials] == [TrialState.COMPLETE] * 8
    attempts = {t.number: t.user_attrs["owner"]["attempt"] for t in result.study.trials}
    assert sum(attempts.values()) == 8 + 2
    assert len(owners(result)) >= 2


def test_what_a_worker_refuses_is_told_as_if_it_had_been_refused_here(tmp_path: Path):
    search = load_search(stated())
    (tmp_path / "storage.json").write_text("not JSON")
    with pytest.raises(SearchError, match=r"storage\.json is damaged"):
        Crew(Orders(search, tmp_path, None), 2).run(SILENT)


def test_workers_that_always_die_are_given_up_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("resspec.study.crew.RESPAWNS", 1)
    monkeypatch.setattr("resspec.study.crew.work", os._exit)
    with pytest.raises(SearchError, match=r"every worker died 2 times, the last one with exit code 1"):
        Crew(Orders(load_search(stated()), tmp_path, None), 2).run(SILENT)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.slow
def test_a_stopped_crew_gives_its_trials_back_and_leaves_no_process(tmp_path: Path, how: signal.Signals):
    folder = tmp_path / "run"
    parent = start(folder, workers=2, evaluator={"kind": "formula", "pause": 3.0})
    while running(folder) < 2:
        assert parent.poll() is None
        time.sleep(0.05)
    parent.send_signal(how)
    code, said = ended(parent)
    assert (code == 143) if how == signal.SIGTERM else "KeyboardInterrupt" in said
    states = Counter(trial.state for trial in stored(folder).trials)
    assert states[TrialState.RUNNING] == 0
    assert states[TrialState.WAITING] == 2
    assert living(folder) == 0


def test_workers_end_when_whoever_started_them_is_killed(tmp_path: Path):
    folder = tmp_path / "run"
    parent = start(folder, workers=2, evaluator={"kind": "formula", "pause": 0.3})
    while running(folder) < 2:
        time.sleep(0.05)
    parent.kill()
    assert ended(parent)[0] == -signal.SIGKILL
    end = time.monotonic() + 20
    while living(folder) and time.monotonic() < end:
        time.sleep(0.1)
    assert living(folder) == 0
    assert TrialState.RUNNING not in {trial.state for trial in stored(folder).trials}


def test_each_worker_has_its_share_of_processors_and_one_gpu_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,GPU-5c")
    crew = Crew(Orders(load_search(stated()), tmp_path, None), 3)
    assert [crew._environment(n)["CUDA_VISIBLE_DEVICES"] for n in range(3)] == ["4", "GPU-5c", "4"]
    assert crew._environment(0)["OMP_NUM_THREADS"] == str(max(1, processors() // 3))
    fixed = stated(evaluator={"kind": "training", "data": "digits", "device": "cuda:1"})
    assert "CUDA_VISIBLE_DEVICES" not in Crew(Orders(load_search(fixed), tmp_path, None), 2)._environment(0)
    assert gpus({"CUDA_VISIBLE_DEVICES": ""}) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["journal", "database"])
def test_sixteen_workers_on_a_fresh_study_end_with_the_exact_total_and_no_network_twice(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
):
    storage = request.getfixturevalue("database") if kind == "database" else None
    more = {"storage": storage} if storage else {}
    folder = tmp_path / "run"
    workers = [start(folder, trials=60, **more) for _ in range(16)]
    assert [ended(worker, 300) for worker in workers] == [(0, "")] * 16
    trials = told(folder, storage)
    assert [trial[0] for trial in trials] == list(range(60))
    assert {trial[1] for trial in trials} == {TrialState.COMPLETE}
    assert len({trial[-1] for trial in trials}) == 60


def test_a_search_in_a_thread_leaves_signals_alone(tmp_path: Path):
    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=run_search, args=(stated(trials=2),), kwargs={"path": tmp_path / "run"})
    thread.start()
    thread.join()
    assert (tmp_path / "run" / "best.yaml").exists()
    assert signal.getsignal(signal.SIGTERM) == before
