"""Being stopped: SIGTERM, which schedulers send before they take a machine away, ends a search as ctrl-C does."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import parent_process
from types import FrameType

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a process that SIGTERM ended."""


class Preempted(SystemExit):
    """SIGTERM came; no exit that a measurement asked for."""


@contextmanager
def stoppable() -> Iterator[None]:
    """During the block SIGTERM raises Preempted with `TERMINATED`, so that what was begun is given back; only where
    the signal would have killed the process, and only in the main thread, which alone hears signals."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def stop_with_parent() -> None:
    """Have this process stopped when the one that started it is gone, however that ended."""
    parent = parent_process()
    assert parent is not None, "only for processes that another one started"

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="resspec-parent", daemon=True).start()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: the second one would cut the tidying short
    raise Preempted(TERMINATED)
