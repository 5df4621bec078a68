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
        path.touch()
        lock = WriterLock(path)
        lock.acquire()
        lock.release()
    except OSError as error:
        raise SearchError.of("RS511", f"{path} cannot be opened: {error.strerror or error}") from error
    return read_journal(path)


def read_journal(path: Path) -> JournalStorage:
    """The storage in a journal file, which reading leaves as it is: it may be another's, or on a disk that nobody may
    write. SearchError where the file is no journal."""
    try:
        with quiet():
            storage = JournalStorage(JournalFileBackend(str(path), lock_obj=WriterLock(path)))
        refuse_damage(path, last_alone=True)  # Optuna would tell of it when the next line is written
    except (KeyError, AssertionError, TypeError, ValueError) as error:
        refuse_damage(path)
        raise SearchError.of(
            "RS510", f"{path} is damaged or no journal of a study: {error}", remedy="begin in a new folder"
        ) from error
    except OSError as error:
        raise SearchError.of("RS511", f"{path} cannot be opened: {error.strerror or error}") from error
    return storage


def refuse_damage(path: Path, *, last_alone: bool = False) -> None:
    """SearchError for the first whole line that is no record, of all or the last alone."""
    number, last = 0, b"{}"
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n") or not (last_alone or is_record(last)):
                break
            number, last = number + 1, line
    if not is_record(last):
        before = f"the {number - 1} lines before it are whole: copy them into a new folder's {JOURNAL}"
        raise SearchError.of(
            "RS510",
            f"{path} is damaged or no journal of a study: line {number} is no record",
            remedy=before if number > 1 else "begin in a new folder",
        )


def is_record(line: bytes) -> bool:
    """Whether a line is one of Optuna's records."""
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


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
