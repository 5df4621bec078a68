"""A study in a PostgreSQL database: Optuna's tables, advisory locks, heartbeats."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial
from sqlalchemy import event, make_url, text

from resspec.study.leases import BEAT_SECONDS, GRACE_SECONDS, Leases, Pulse
from resspec.study.owner import Owner, myself
from resspec.study.stores.advisory import AdvisoryLocks, LockLost
from resspec.study.stores.patience import PATIENCE_SECONDS, Patience, PatientStorage
from resspec.study.stores.store import Store

T = TypeVar("T")

OPENING_SECONDS, CLOSING_SECONDS = 10.0, 5.0
"""Patience at the start, where a wrong address is likelier than an absence, and at the end, where somebody waits."""
GIVE_A_HEARTBEAT = text(
    "INSERT INTO trial_heartbeats (trial_id, heartbeat) SELECT trial_id, CURRENT_TIMESTAMP FROM trials t"
    " WHERE study_id = :study AND state = 'RUNNING'"
    " AND NOT EXISTS (SELECT 1 FROM trial_heartbeats h WHERE h.trial_id = t.trial_id)"
    " ON CONFLICT DO NOTHING"
)
"""For trials whose process died before its first one: they count as dead when as much time has passed as for all."""


class PostgresStore(Store):
    """Any number of machines that reach the database."""

    shares_folder = False

    def __init__(
        self, url: str, folder: Path, name: str, *, me: Owner | None = None, patience: float = PATIENCE_SECONDS
    ) -> None:
        """Connect, and create Optuna's tables where there are none."""
        self.me = me or myself()
        self.place = make_url(url).render_as_string()
        self._patience = Patience(f"the database {self.place}", OPENING_SECONDS)
        self._locks = AdvisoryLocks(url, self._patience)
        self._name = name
        self._backend = tables(url, self._locks, self._patience)
        event.listen(self._backend.engine, "checkout", lambda *_: self._locks.refuse_loss(f"{name}/study"))
        self.storage = optuna.storages.get_storage(self._backend)
        self._patience.seconds = patience
        self._leases = Leases(folder, self.me)
        self._held: tuple[int, ...] = ()
        self._stale: tuple[float, frozenset[int]] = (0.0, frozenset())
        self._pulse = Pulse(self._beat)

    def lock(self, what: str, *, waits: bool = True) -> AbstractContextManager[None]:
        """An advisory lock."""
        return self._locks.held(f"{self._name}/{what}", waits=waits)

    def patiently(self, act: Callable[[], T]) -> T:
        """Do it again where the database went away within, or the lock with it."""

        def whole() -> T:
            while True:
                try:
                    return act()
                except LockLost:
                    continue

        return self._patience.with_(whole)

    def is_gone(self, trial: FrozenTrial, owner: Owner) -> bool:
        """By the lock of a process on this machine; of others, by the age of the trial's heartbeat."""
        if owner.machine == self.me.machine and self._leases.knows(owner):
            return not self._leases.is_locked(owner)
        return trial._trial_id in self._stale_trials()  # noqa: SLF001  # the key that storages use

    def holding(self, trials: Sequence[int]) -> None:
        """These have a heartbeat from now on."""
        new = set(trials) - set(self._held)
        self._held = tuple(trials)
        for trial in new:
            self._patience.with_(lambda trial=trial: self._backend.record_heartbeat(trial))  # type: ignore[misc]

    def hasten(self) -> None:
        """Wait no longer than a person would."""
        self._patience.seconds = min(self._patience.seconds, CLOSING_SECONDS)

    def close(self) -> None:
        """Leave the database."""
        self._pulse.stop()
        self._leases.leave()
        self._locks.close()
        self._backend.rest()

    def _beat(self) -> None:
        self._leases.beat()
        for trial in self._held:
            self._backend.record_heartbeat(trial)

    def _stale_trials(self) -> frozenset[int]:
        """Running trials of the study whose heartbeat stopped; asked for now and then."""
        asked, found = self._stale
        if time.monotonic() - asked > BEAT_SECONDS / 2:
            study = self._backend.get_study_id_from_name(self._name)
            with self._backend.engine.begin() as connection:
                connection.execute(GIVE_A_HEARTBEAT, {"study": study})
            found = frozenset(self._backend._get_stale_trial_ids(study))  # noqa: SLF001  # Optuna offers no other way
            self._stale = (time.monotonic(), found)
        return found


def tables(url: str, locks: AdvisoryLocks, patience: Patience) -> PatientStorage:
    """Optuna's storage in a database; one process at a time creates its tables."""

    def opened() -> PatientStorage:
        with locks.held("tables"), warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)  # the heartbeat, which Optuna has had since 2.5
            return PatientStorage(
                url,
                patience,
                engine_kwargs={"pool_pre_ping": True, "pool_size": 2},
                heartbeat_interval=int(BEAT_SECONDS),
                grace_period=int(GRACE_SECONDS),
            )

    return patience.with_(opened)


def tables_at(url: str) -> BaseStorage:
    """Optuna's storage in a database, to be read."""
    patience = Patience(f"the database {make_url(url).render_as_string()}", OPENING_SECONDS)
    locks = AdvisoryLocks(url, patience)
    try:
        found = tables(url, locks, patience)
    finally:
        locks.close()
    found.rest()
    return optuna.storages.get_storage(found)
