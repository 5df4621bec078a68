"""The ledger: trials enter whole, keep their numbers, and belong to one living process at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from optuna.distributions import IntDistribution
from optuna.trial import FrozenTrial, TrialState

from resspec.errors import SearchError
from resspec.study.ledger import Entry, Ledger, open_ledger


def propose(trials: Sequence[FrozenTrial]) -> Entry:
    return Entry({"x": len(trials)}, {"x": IntDistribution(0, 99)}, {"fingerprint": str(len(trials))}, {"note": 1})


@pytest.fixture
def ledgers(tmp_path: Path) -> Callable[[], Ledger]:
    return lambda: open_ledger(tmp_path / "run", "s")


def test_a_trial_enters_by_a_single_record(ledgers: Callable[[], Ledger], tmp_path: Path):
    ledger = ledgers()
    journal = tmp_path / "run" / "journal.log"
    before = journal.read_bytes().count(b"\n")
    trial = ledger.claim(5, propose)
    assert journal.read_bytes().count(b"\n") == before + 1
    assert trial is not None
    assert (trial.number, trial.state, trial.params) == (0, TrialState.RUNNING, {"x": 0})
    assert trial.user_attrs["fingerprint"] == "0"
    assert trial.system_attrs == {"note": 1}


def test_a_total_counts_every_trial_once_over_all_processes(ledgers: Callable[[], Ledger]):
    one, two = ledgers(), ledgers()
    claimed = [ledger.claim(5, propose) for ledger in (one, two, one, two, one, two, one)]
    assert [trial.number if trial else None for trial in claimed] == [0, 1, 2, 3, 4, None, None]
    assert one.busy() == two.busy() == 5


def test_a_trial_of_a_living_process_is_left_alone_and_one_of_a_gone_process_is_taken_over(
    ledgers: Callable[[], Ledger],
):
    one, two = ledgers(), ledgers()
    first = one.claim(2, propose)
    second = two.claim(2, propose)
    assert first is not None
    assert second is not None
    assert two.claim(2, propose) is None
    one._store._leases._life.release()  # type: ignore[attr-defined]  # as the operating system does for a dead process
    again = two.claim(2, propose)
    assert again is not None
    assert (again.number, again.params) == (0, {"x": 0})
    assert again.user_attrs["owner"]["attempt"] == 2


def test_a_trial_given_back_is_the_next_one_claimed_and_counts_no_attempt(ledgers: Callable[[], Ledger]):
    for _ in range(5):
        ledger = ledgers()
        trial = ledger.claim(2, propose)
        assert trial is not None
        assert trial.number == 0
        assert trial.user_attrs["owner"]["attempt"] == 1
        ledger.close()
        assert ledger.trials()[0].state == TrialState.WAITING


def test_what_is_known_of_a_finished_trial_is_stored_with_it(ledgers: Callable[[], Ledger]):
    ledger = ledgers()
    trial = ledger.claim(2, propose)
    assert trial is not None
    ledger.report(trial, 1, 0.25)
    ledger.finish(trial, TrialState.COMPLETE, [0.5], {"figures": {"loss": 1.0}})
    found = ledgers().trials()[0]
    assert (found.state, found.value, found.intermediate_values) == (TrialState.COMPLETE, 0.5, {1: 0.25})
    assert found.user_attrs["figures"] == {"loss": 1.0}


def test_the_first_word_on_a_fact_of_the_study_stands(ledgers: Callable[[], Ledger]):
    one, two = ledgers(), ledgers()
    assert one.fact("base") is None
    assert one.settle("base", "a") == two.settle("base", "b") == two.fact("base") == "a"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SearchError, match=r"folder .*file/run cannot be used: Not a directory"):
        open_ledger(tmp_path / "file" / "run", "s")
