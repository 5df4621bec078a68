"""Signs of life. Each process holds a lock on a file of its own and touches the file now and then: on its machine the
lock tells at once whether it lives, elsewhere the age of the file does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from resspec.study.locks import FileLock
from resspec.study.owner import Owner

logger = logging.getLogger(__name__)

OWNERS = "owners"
BEAT_SECONDS = 10.0
"""Between two signs of life."""
GRACE_SECONDS = 60.0
"""Without a sign of life, after which a process on another machine counts as dead."""


class Leases:
    """The processes at work in a folder."""

    def __init__(self, folder: Path, me: Owner) -> None:
        """Begin to live there."""
        self._folder = folder / OWNERS
        self._folder.mkdir(parents=True, exist_ok=True)
        self._me = me
        self._mine = self._folder / me.id
        self._life = FileLock(self._mine)
        self._life.acquire()

    def knows(self, owner: Owner) -> bool:
        """Whether an owner has, or had, its file here."""
        return bool(owner.id) and (self._folder / owner.id).exists()

    def is_locked(self, owner: Owner) -> bool:
        """Whether an owner that this folder knows holds its lock."""
        lock = FileLock(self._folder / owner.id)
        if not lock.try_acquire():
            return True
        lock.release()
        return False

    def age(self, owner: Owner) -> float:
        """Seconds since the last sign of an owner that this folder knows, by the clock of its file system."""
        self.beat()
        return self._mine.stat().st_mtime - (self._folder / owner.id).stat().st_mtime

    def beat(self) -> None:
        """Give a sign of life."""
        self._mine.touch()

    def leave(self) -> None:
        """Stop living there."""
        self._life.release()
        self._mine.unlink(missing_ok=True)


class Pulse:
    """Gives signs of life from a thread of its own, for as long as the process works."""

    def __init__(self, beat: Callable[[], None], seconds: float = BEAT_SECONDS) -> None:
        self._beat = beat
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="resspec-pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give no more signs."""
        self._stopped.set()
        self._thread.join(self._seconds)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._beat()
            except Exception:  # a full disk or an absent database may come back before the others count us as dead
                logger.debug("a sign of life was lost", exc_info=True)
