"""How the process ends."""

from __future__ import annotations

import os
import sys

NO = 1
"""The answer is no."""
WRONG_INPUT = 2
INTERRUPTED = 130
PIPE_CLOSED = 141
"""The reader of a pipe has gone: 128 + SIGPIPE, as other commands end."""


def forget_output() -> None:
    """Send what is still to be written nowhere, once nobody reads it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
