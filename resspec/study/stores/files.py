"""A study in a folder: Optuna's journal, with locks on files beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from optuna import get_all_study_names
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial

from resspec.errors import SearchError
from resspec.study.journal import JOURNAL, open_journal
from resspec.study.leases import GRACE_SECONDS, Leases, Pulse
from resspec.study.locks import FileLock, held
from resspec.study.mirror import quiet
from resspec.study.owner import Owner, myself
from resspec.study.stores.store import Busy, Store


class JournalStore(Store):
    """One machine, or several that share a folder whose locks reach across them."""

    shares_folder = True

    def __init__(self, folder: Path, me: Owner | None = None) -> None:
        """Open the folder, or make it."""
        folder.mkdir(parents=True, exist_ok=True)
        self.me = me or myself()
        self.place = str(folder)
        self._folder = folder
        self._leases = Leases(folder, self.me)
        with held(folder / "study.lock"):
            self.storage = open_journal(folder / JOURNAL)
        self._pulse = Pulse(self._leases.beat)

    @contextmanager
    def lock(self, what: str, *, waits: bool = True) -> Iterator[None]:
        """A lock on a file."""
        lock = FileLock(self._folder / f"{what}.lock")
        if waits:
            lock.acquire()
        elif not lock.try_acquire():
            raise Busy
        try:
            yield
        finally:
            lock.release()

    def study(self, name: str, directions: Sequence[StudyDirection]) -> Study:
        """The folder's study; SearchError where it holds one of another name, whose files this one would overwrite."""
        with self.lock("study"), quiet():
            names = get_all_study_names(self.storage)
        if names and name not in names:
            raise SearchError.of(
                "RS503",
                f"{self.place} holds a search with another name: {names[0]!r}, not {name!r}",
                remedy=f"give this search another folder, or write `name: {names[0]}` where it is the same",
            )
        return super().study(name, directions)

    def is_gone(self, trial: FrozenTrial, owner: Owner) -> bool:
        """By the lock; on another machine, where locks may not be seen, by the age of the last sign of life."""
        if not self._leases.knows(owner):
            return True
        if self._leases.is_locked(owner):
            return False
        return owner.machine in ("", self.me.machine) or self._leases.age(owner) > GRACE_SECONDS

    def holding(self, trials: Sequence[int]) -> None:
        """The file speaks for whatever the process runs."""

    def close(self) -> None:
        """Give no more signs of life."""
        self._pulse.stop()
        self._leases.leave()
