"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it holds all of the data or, whatever happens, what it held before."""
    beside = beside_of(path)
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise of_place(error, path) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def check_place(path: Path) -> None:
    """OSError that names the path where no file can be written there, before it is made at length."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        beside_of(path).touch()
        beside_of(path).unlink()
    except OSError as error:
        raise of_place(error, path) from None


def beside_of(path: Path) -> Path:
    """A file of this process in the path's folder."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def of_place(error: OSError, path: Path) -> OSError:
    """The error told of the path, or of its folder where that is missing."""
    missing = isinstance(error, FileNotFoundError) and not path.parent.is_dir()
    return type(error)(
        error.errno, "no such folder" if missing else error.strerror, str(path.parent if missing else path)
    )
