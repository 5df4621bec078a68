"""A search in a process of its own, to be killed: `python worker.py FOLDER SEARCH-AS-JSON [WRITE PART]`.

With WRITE and PART the process kills itself at its WRITE-th write to the journal, after PART (0 to 1) of the bytes
are out."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend

from resspec.study.run import run_search
from study.formula import stated


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


if __name__ == "__main__":
    folder, changes, *death = sys.argv[1:]
    if death:
        dying(int(death[0]), float(death[1]))
    run_search(stated(**json.loads(changes)), path=folder)
