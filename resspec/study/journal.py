"""The journal: Optuna's append-only file, opened so that a killed writer leaves nothing behind that stops the next
one."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from resspec.errors import SearchError
from resspec.study.locks import FileLock
from resspec.study.mirror import quiet

logger = logging.getLogger(__name__)

JOURNAL = "journal.log"
TAIL_BYTES = 1 << 16
"""How much is read at a time in search of the last whole line."""


class WriterLock(JournalFileOpenLock):
    """Optuna takes this lock around every write. It dies with its holder, and whoever takes it next cuts off what the
    dead one left unfinished, before writing behind it."""

    def __init__(self, journal: Path) -> None:
        super().__init__(str(journal))
        self._journal = journal
        self._lock = FileLock(journal.with_name(journal.name + ".lock"))

    def acquire(self) -> bool:
        """Take the lock; the journal then ends with a whole line."""
        self._lock.acquire()
        mend(self._journal)
        return True

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()


def open_journal(path: Path) -> JournalStorage:
    """The storage in a journal file, mended first; SearchError where the file is no journal."""
    try:
        lock = WriterLock(path)
        path.touch()
        lock.acquire()
        lock.release()
        with quiet():
            return JournalStorage(JournalFileBackend(str(path), lock_obj=lock))
    except (json.JSONDecodeError, KeyError, AssertionError, ValueError) as error:
        raise SearchError.of("RS510", f"{path} is damaged or no journal of a study: {error}") from error
    except OSError as error:
        raise SearchError.of("RS511", f"{path} cannot be opened: {error.strerror or error}") from error


def mend(path: Path) -> None:
    """Cut a torn last line off a journal. The caller holds the writer's lock, so the line's writer is dead."""
    size = path.stat().st_size if path.exists() else 0
    if not size:
        return
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        if file.read(1) == b"\n":
            return
        whole = size
        tail = b""
        while whole and b"\n" not in tail:
            whole = max(0, whole - TAIL_BYTES)
            file.seek(whole)
            tail = file.read(TAIL_BYTES)
        end = whole + tail.rfind(b"\n") + 1
        logger.warning("%s ended in a torn line of %d bytes, which was cut off", path, size - end)
        file.truncate(end)
        os.fsync(file.fileno())
