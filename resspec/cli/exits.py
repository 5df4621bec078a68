"""How the process ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

NO = 1
"""The answer is no."""
WRONG_INPUT = 2
INTERRUPTED = 130
PIPE_CLOSED = 141
"""The reader of a pipe has gone: 128 + SIGPIPE, as other commands end."""


@contextmanager
def resumable() -> Iterator[None]:
    """A training that a signal may end: it says how to go on, and exits as the signal has it."""
    from resspec.training.stopping import StoppedError  # torch comes with trainings alone

    try:
        yield
    except StoppedError as stop:
        typer.echo("stopped; the same command goes on from here", err=True)
        raise typer.Exit(stop.code) from None


def forget_output() -> None:
    """Send what is still to be written nowhere, once nobody reads it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
