"""A search in a process of its own, to be killed: `python worker.py FOLDER SEARCH-AS-JSON [WRITE PART]`.

With WRITE and PART the process kills itself at its WRITE-th write: to the journal, after PART (0 to 1) of the bytes
are out; to a database, before (PART below 0.5) or after the statement was carried out. A search may say `limit_bytes`
(of the address space), `limit_file` (of any one file) and `workers` beside its own keys."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend

from resspec.study.run import run_search
from study.formula import stated

LIMITS = {"limit_bytes": resource.RLIMIT_AS, "limit_file": resource.RLIMIT_FSIZE}


def dying(write: int, part: float) -> None:
    """Have the journal's writer die in the middle of a write."""
    whole = JournalFileBackend.append_logs
    written = 0

    def append(self: JournalFileBackend, logs: list[dict[str, Any]]) -> None:
        nonlocal written
        written += 1
        if written < write:
            whole(self, logs)
            return
        self._lock.acquire()
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        with Path(self._file_path).open("ab") as file:  # as Optuna writes
            file.write(text[: int(part * len(text))])
        os.kill(os.getpid(), signal.SIGKILL)

    JournalFileBackend.append_logs = append  # type: ignore[method-assign]


def dying_in_database(write: int, part: float) -> None:
    """Have the process die at a statement that writes."""
    from sqlalchemy import Engine, event

    written = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal written
        written += statement.lstrip()[:6] in ("INSERT", "UPDATE")
        if written == write:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute" if part < 0.5 else "after_cursor_execute", count)


def act(folder: str, changes: dict[str, Any], death: Sequence[float] = ()) -> None:
    """Run the search, and perhaps die in it."""
    if death:
        (dying_in_database if "storage" in changes else dying)(int(death[0]), death[1])
    for key, what in LIMITS.items():
        if limit := changes.pop(key, None):
            resource.setrlimit(what, (limit, limit))
    workers = changes.pop("workers", 1)
    run_search(stated(**changes), path=folder, workers=workers)


if __name__ == "__main__":
    act(sys.argv[1], json.loads(sys.argv[2]), [float(word) for word in sys.argv[3:]])
