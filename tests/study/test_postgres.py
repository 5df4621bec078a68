"""A study in PostgreSQL: created once, shared by all, read by plain Optuna, and none the worse for a restart."""

from __future__ import annotations

import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from optuna.distributions import IntDistribution
from optuna.trial import TrialState

from resspec.errors import SearchError
from resspec.study.joining import result_at
from resspec.study.ledger import Entry, Ledger, Lost, open_ledger
from resspec.study.observer import Observer
from resspec.study.result import Result, open_result
from resspec.study.run import join_search, run_search
from resspec.study.trial import Trial
from study.formula import stated
from study.processes import QUICK, ended, start, stored, told
from study.worker import act


def propose(trials: Any) -> Entry:
    return Entry({"x": len(trials)}, {"x": IntDistribution(0, 99)}, {"fingerprint": str(len(trials))}, {"note": 1})


@pytest.fixture
def ledgers(database: str, tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    opened: list[Ledger] = []

    def one(folder: str = "run") -> Ledger:
        opened.append(open_ledger(tmp_path / folder, "s", database))
        return opened[-1]

    yield one
    for ledger in opened:
        ledger.close()


def test_a_total_counts_every_trial_once_over_all_processes(ledgers: Callable[..., Ledger]):
    one, two = ledgers(), ledgers("elsewhere")
    claimed = [ledger.claim(5, propose) for ledger in (one, two, one, two, one, two, one)]
    assert [trial.number if trial else None for trial in claimed] == [0, 1, 2, 3, 4, None, None]
    assert one.busy() == two.busy() == 5


def test_a_dead_process_of_this_machine_is_known_at_once(ledgers: Callable[..., Ledger]):
    one, two = ledgers(), ledgers()
    assert one.claim(1, propose) is not None
    assert two.claim(1, propose) is None
    one._store._leases._life.release()  # type: ignore[attr-defined]  # as the operating system does
    again = two.claim(1, propose)
    assert again is not None
    assert again.user_attrs["owner"]["attempt"] == 2
    with pytest.raises(Lost):
        one.report(again, 1, 0.5)
    with pytest.raises(Lost):
        one.finish(again, TrialState.COMPLETE, [0.5], {})
    two.finish(again, TrialState.COMPLETE, [0.25], {})
    with pytest.raises(Lost):
        one.report(again, 2, 0.5)
    assert two.trials()[0].value == 0.25


def elsewhere(ledger: Ledger) -> None:
    """Have a process be one of another machine."""
    ledger._store.me = replace(ledger._store.me, machine="another")


def test_a_dead_process_of_another_machine_is_known_when_its_heartbeat_stopped(
    ledgers: Callable[..., Ledger], database: str
):
    import psycopg

    one, two = ledgers("there"), ledgers("here")
    elsewhere(one)
    assert one.claim(1, propose) is not None
    assert two.claim(1, propose) is None
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE trial_heartbeats SET heartbeat = heartbeat - interval '2 minutes'")
        two._store._stale = (0.0, frozenset())  # type: ignore[attr-defined]  # as after some seconds
        again = two.claim(1, propose)
        assert again is not None
        assert (again.number, again.user_attrs["owner"]["attempt"]) == (0, 2)


def test_a_trial_whose_process_died_before_its_first_heartbeat_is_found(ledgers: Callable[..., Ledger], database: str):
    import psycopg

    one, two = ledgers("there"), ledgers("here")
    elsewhere(one)
    assert one.claim(1, propose) is not None
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DELETE FROM trial_heartbeats")
        assert two.claim(1, propose) is None
        two._store._stale = (0.0, frozenset())  # type: ignore[attr-defined]
        connection.execute("UPDATE trial_heartbeats SET heartbeat = heartbeat - interval '2 minutes'")
        assert two.claim(1, propose) is not None


def test_a_search_in_a_database_is_the_search_in_a_journal(tmp_path: Path, database: str):
    said = stated(trials=10, sampler="tpe", pruner={"kind": "median", "startup": 3})
    here = run_search(said, path=tmp_path / "database", storage=database)
    there = run_search(said, path=tmp_path / "journal")

    def trials(result: Result) -> list[Any]:
        return [(t.number, t.state, t.params, t.values, t.loss) for t in result.trials]

    assert trials(here) == trials(there)
    assert here.verdict == there.verdict
    assert [trial.number for trial in stored(tmp_path, database).trials] == list(range(10))
    assert trials(open_result(tmp_path / "database")) == trials(here)
    assert stat.S_IMODE((tmp_path / "database" / "storage.json").stat().st_mode) == 0o600


def test_another_machine_joins_without_the_search_file_and_gets_the_result(tmp_path: Path, database: str):
    first = run_search(stated(trials=4), path=tmp_path / "one", storage=database)
    joined = join_search(f"{database}#small", path=tmp_path / "two")
    assert joined is not None
    assert joined.verdict == first.verdict
    assert (tmp_path / "two" / "best.yaml").read_bytes() == (tmp_path / "one" / "best.yaml").read_bytes()
    assert join_search(database, path=tmp_path / "three") is not None
    with pytest.raises(SearchError, match=r"no study called 'smal'[\s\S]*name one of them behind the address: #small"):
        join_search(f"{database}#smal", path=tmp_path / "four")


def test_a_study_in_a_database_is_read_by_its_address_and_nothing_is_written(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
):
    done = run_search(stated(trials=4), path=tmp_path / "one", storage=database)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for address in (database, f"{database}#small"):
        found = result_at(address)
        assert found.verdict == done.verdict
        assert found.best is not None
        assert done.best is not None
        assert found.best.number == done.best.number
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_keeps_to_its_storage(tmp_path: Path, database: str):
    run_search(stated(trials=2), path=tmp_path / "journal")
    with pytest.raises(SearchError, match=r"is in journal\.log, not in postgresql\+psycopg://resspec:\*\*\*@"):
        run_search(stated(trials=2), path=tmp_path / "journal", storage=database)
    run_search(stated(trials=2), path=tmp_path / "database", storage=database)
    assert len(run_search(stated(trials=3), path=tmp_path / "database").trials) == 3
    with pytest.raises(SearchError, match=r"is in the database .*, not in journal\.log"):
        run_search(stated(trials=2), path=tmp_path / "database", storage="journal")


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("sqlite:///study.db", "a journal or in PostgreSQL, not in 'sqlite'"),
        ("runs", "a journal or in PostgreSQL, not in 'runs'"),
        ("postgresql://", "a journal or in PostgreSQL, not in 'postgresql'"),
        (
            "postgresql://nobody:secret@127.0.0.1:1/none",
            r"nobody:\*\*\*@127\.0\.0\.1:1/none did not answer[\s\S]*correct the address",
        ),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, named: str
):
    pytest.importorskip("psycopg")
    monkeypatch.setattr("resspec.study.stores.postgres.OPENING_SECONDS", 0.3)
    with pytest.raises(SearchError, match=named):
        run_search(stated(trials=2), path=tmp_path / "run", storage=address)


@pytest.mark.slow
def test_a_restart_of_the_database_costs_no_trial_and_no_time_but_its_own(
    tmp_path: Path, server: Any, database: str, search: Callable[..., Result]
):
    said = stated(trials=14, evaluator={"kind": "formula", "pause": 0.05}, final=None)

    def restart(how: int) -> None:
        server.stop(how)
        time.sleep(0.3)
        server.start()

    threads = {
        2: threading.Thread(target=restart, args=(signal.SIGINT,)),  # with every connection closed
        8: threading.Thread(target=restart, args=(signal.SIGQUIT,)),  # as if it had crashed
    }

    class Restarter(Observer):
        def started(self, trial: Trial, steps: int) -> None:
            if trial.number in threads:
                threads[trial.number].start()

    result = run_search(said, path=tmp_path / "restarted", storage=database, observer=Restarter())
    for thread in threads.values():
        thread.join()
    expected = search(trials=14, final=None)
    assert [(t.state, t.params, t.values) for t in result.trials] == [
        (t.state, t.params, t.values) for t in expected.trials
    ]
    assert {t.user_attrs["owner"]["attempt"] for t in result.study.trials} == {1}


def test_a_database_that_stays_away_ends_the_search_clearly_and_what_was_finished_is_recorded_later(
    tmp_path: Path, server: Any, database: str
):
    ledger = open_ledger(tmp_path / "run", "s", database)
    trial = ledger.claim(2, propose)
    assert trial is not None
    ledger._store._patience.seconds = 0.5  # type: ignore[attr-defined]
    server.stop()
    try:
        with pytest.raises(SearchError, match=r"did not answer for 0 s: .*[Cc]onnection"):
            ledger.finish(trial, TrialState.COMPLETE, [0.75], {"figures": {"loss": 1.0}})
        ledger.close()
    finally:
        server.start()
    again = open_ledger(tmp_path / "run", "s")
    found = again.trials()[0]
    assert (found.state, found.value, found.user_attrs["figures"]) == (TrialState.COMPLETE, 0.75, {"loss": 1.0})
    assert list((tmp_path / "run" / "spool").iterdir()) == []
    again.close()


@pytest.mark.slow
def test_sixteen_that_come_at_once_create_one_study(tmp_path: Path, database: str, nursery: Any):
    """12 to 15 of 16 crash with plain Optuna."""
    said = QUICK | {"trials": 3, "storage": database}
    many = [nursery.Process(target=act, args=(str(tmp_path / f"run{n % 4}"), said)) for n in range(16)]
    for process in many:
        process.start()
    for process in many:
        process.join(600)
    assert [process.exitcode for process in many] == [0] * 16
    assert [trial.number for trial in stored(tmp_path, database).trials] == [0, 1, 2]


@pytest.mark.slow
def test_a_search_killed_while_it_writes_ends_as_if_it_had_not_been(tmp_path: Path, database: str):
    expected = tmp_path / "expected"
    assert ended(start(expected, trials=8))[0] == 0
    for write, part in ((40, 0.0), (19, 1.0), (25, 0.0)):
        assert ended(start(tmp_path / "run", write, part, trials=8, storage=database))[0] == -signal.SIGKILL
    assert ended(start(tmp_path / "run", trials=8, storage=database)) == (0, "")
    assert told(tmp_path / "run", database) == told(expected)
