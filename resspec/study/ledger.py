"""The ledger of a study: who runs which trial. A trial enters it whole or not at all, by one line of the journal, under
one lock; a trial whose process died is found and run again under the same number."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from resspec.errors import SearchError
from resspec.study.journal import open_journal
from resspec.study.locks import FileLock, held
from resspec.study.mirror import quiet

logger = logging.getLogger(__name__)

JOURNAL = "journal.log"
OWNER = "owner"
ERROR = "error"
FIGURES = "figures"
MAX_ATTEMPTS = 3
"""How often a trial is started before it is given up: what kills its process thrice would do so again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A trial that is about to be stored: its parameters, what resspec knows of it, and the sampler's notes."""

    params: Mapping[str, Any]
    distributions: Mapping[str, BaseDistribution]
    facts: Mapping[str, Any]
    notes: Mapping[str, Any]


class Ledger:
    """The trials of one study folder, seen from one process."""

    def __init__(self, folder: Path, name: str) -> None:
        """Open the study, or create it; two processes that come at once agree on one."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "owners").mkdir(exist_ok=True)
        self._id = uuid.uuid4().hex[:12]
        self._life = FileLock(folder / "owners" / self._id)
        self._life.acquire()
        with held(folder / "study.lock"), quiet():
            self.storage: BaseStorage = open_journal(folder / JOURNAL)
            self.study = optuna.create_study(
                storage=self.storage, study_name=name, directions=[StudyDirection.MAXIMIZE], load_if_exists=True
            )
        self._study_id = self.storage.get_study_id_from_name(name)

    def close(self) -> None:
        """Leave the study. A trial that this process still holds is given back, to be run again from its start."""
        with suppress(OSError):  # where the disk is full, the trial is found as that of a dead process
            for trial in self.trials():
                if trial.state == TrialState.RUNNING and self._owner(trial) == self._id:
                    self.storage.set_trial_state_values(trial._trial_id, TrialState.WAITING)  # noqa: SLF001
        self._life.release()
        (self.folder / "owners" / self._id).unlink(missing_ok=True)

    def trials(self) -> list[FrozenTrial]:
        """All trials by number. Not to be changed."""
        return self.study.get_trials(deepcopy=False)

    def fact(self, key: str) -> Any:
        """What is written of the study as a whole; None where nothing is."""
        return self.study.user_attrs.get(key)

    def settle(self, key: str, value: Any) -> Any:
        """Write a fact of the study unless it is written already; what stands in the end."""
        with held(self.folder / "study.lock"):
            if key not in self.study.user_attrs:
                self.study.set_user_attr(key, value)
            return self.study.user_attrs[key]

    def claim(self, total: int, propose: Callable[[Sequence[FrozenTrial]], Entry]) -> FrozenTrial | None:
        """The next trial for this process: one that lost its process, else a new one; None when `total` trials are
        taken."""
        with held(self.folder / "study.lock"):
            trials = self.trials()
            for trial in trials:
                if not trial.state.is_finished() and self._adopt(trial):
                    return self.storage.get_trial(trial._trial_id)  # noqa: SLF001  # the key that storages use
            if len(trials) >= total:
                return None
            entry = propose(trials)
            return self.storage.get_trial(self.storage.create_new_trial(self._study_id, self._stored(entry)))

    def report(self, trial: FrozenTrial, step: int, value: float) -> FrozenTrial:
        """Record an intermediate value; the trial as it now stands."""
        self.storage.set_trial_intermediate_value(trial._trial_id, step, value)  # noqa: SLF001
        return self.storage.get_trial(trial._trial_id)  # noqa: SLF001

    def finish(
        self, trial: FrozenTrial, state: TrialState, value: float | None, facts: Mapping[str, Any]
    ) -> FrozenTrial:
        """End a trial with its value and what else is to be known of it."""
        for key, fact in facts.items():
            self.storage.set_trial_user_attr(trial._trial_id, key, fact)  # noqa: SLF001
        self.storage.set_trial_state_values(trial._trial_id, state, None if value is None else [value])  # noqa: SLF001
        return self.storage.get_trial(trial._trial_id)  # noqa: SLF001

    def busy(self) -> int:
        """Number of trials that other living processes run."""
        return sum(t.state == TrialState.RUNNING and not self._is_dead(t) for t in self.trials())

    def _stored(self, entry: Entry) -> FrozenTrial:
        """The running trial that an entry becomes, complete in one record."""
        return create_trial(
            state=TrialState.RUNNING,
            params=dict(entry.params),
            distributions=dict(entry.distributions),
            user_attrs={**entry.facts, OWNER: self._ownership(1)},
            system_attrs=dict(entry.notes),
        )

    def _ownership(self, attempt: int) -> dict[str, Any]:
        return {"id": self._id, "host": socket.gethostname(), "pid": os.getpid(), "attempt": attempt}

    def _adopt(self, trial: FrozenTrial) -> bool:
        """Take over a trial that nobody runs; False where somebody does, or where it was given up."""
        if trial.state == TrialState.RUNNING and not self._is_dead(trial):
            return False
        interrupted = trial.state == TrialState.WAITING
        attempt = trial.user_attrs.get(OWNER, {}).get("attempt", 0) + (not interrupted)
        if attempt > MAX_ATTEMPTS:
            self.finish(trial, TrialState.FAIL, None, {ERROR: f"its process died {MAX_ATTEMPTS} times"})
            return False
        logger.info("trial %d is run again: its process ended before it did", trial.number)
        self.storage.set_trial_user_attr(trial._trial_id, OWNER, self._ownership(attempt))  # noqa: SLF001
        if interrupted:
            self.storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING)  # noqa: SLF001
        return True

    @staticmethod
    def _owner(trial: FrozenTrial) -> str:
        """The process that runs a trial."""
        return str(trial.user_attrs.get(OWNER, {}).get("id", ""))

    def _is_dead(self, trial: FrozenTrial) -> bool:
        """Whether the process that runs a trial is gone: its lock is free or was taken away."""
        owner = self._owner(trial)
        file = self.folder / "owners" / owner
        if owner == self._id:
            return False
        if not owner or not file.exists():
            return True
        lock = FileLock(file)
        if not lock.try_acquire():
            return False
        lock.release()
        return True


def open_ledger(folder: Path, name: str) -> Ledger:
    """The ledger of a study folder; SearchError where the folder cannot be used."""
    try:
        return Ledger(folder, name)
    except OSError as error:
        reason = error.strerror or error
        raise SearchError.of("RS511", f"the study's folder {folder} cannot be used: {reason}") from error
