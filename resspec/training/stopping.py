"""Signals that ask a training to save and end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from resspec.training.learner import Learner

EXIT = {signal.SIGTERM: 143, signal.SIGINT: 130}
"""Exit codes: 128 + the signal's number, as other commands end."""
AGREED = 10
"""Steps after which several processes ask one another."""


class StoppedError(Exception):
    """A signal asked the training to end, and its state was kept."""

    def __init__(self, code: int) -> None:
        super().__init__(f"stopped by a signal, exit code {code}")
        self.code = code


class Signals:
    """Remembers that SIGTERM or ctrl-C came, so that the running step is finished; the second ctrl-C does not wait."""

    def __init__(self) -> None:
        self.code = 0

    def note(self, number: int, _frame: FrameType | None) -> None:
        """A signal came."""
        if self.code and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.code = EXIT[signal.Signals(number)]

    def asked(self, learner: Learner) -> bool:
        """Whether to end now: every process at the same step."""
        if learner.ranks.of == 1:
            return bool(self.code)
        return learner.taken % AGREED == 0 and learner.ranks.any(bool(self.code), learner.feed.device)


@contextmanager
def listening() -> Iterator[Signals]:
    """Signals that are noted until the end of the block."""
    signals = Signals()
    before: dict[signal.Signals, Any] = {number: signal.signal(number, signals.note) for number in EXIT}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
