"""Where a fault lies that is found after the search file was read: in the file, or in the study's folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from resspec.errors import ResspecError
from resspec.spec.tree import Entry


@contextmanager
def written_at(root: Entry, *path: str | int) -> Iterator[None]:
    """Give faults that have no place the one where a value is written."""
    try:
        yield
    except ResspecError as error:
        mark = root.nearest(path).mark
        raise type(error)(*(replace(fault, mark=fault.mark or mark) for fault in error.faults)) from error.__cause__


@contextmanager
def telling_where(folder: Path) -> Iterator[None]:
    """Let an error of the operating system that names no file, as that of a full disk, name the study's folder."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(folder)
        raise
