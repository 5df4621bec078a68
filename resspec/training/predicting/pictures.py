"""The pictures that a person names, looked at before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from resspec.errors import DataError, Fault
from resspec.training.data.imagefolder import files_below
from resspec.training.data.pictures import opened, refuse_deep

REMEDY = "name a whole picture: PNG, JPEG, …; or leave such files out: --skip-damaged"
LeftOut = Callable[[str], object] | None
"""Told what is wrong with a picture that is left out; without it such a picture stops the run."""


def listed(pictures: Sequence[str | Path]) -> list[Path]:
    """Files, and in place of a folder the pictures in it and below; DataError where there are none."""
    found: list[Path] = []
    for path in map(Path, pictures):
        found += map(Path, files_below(path)) if path.is_dir() else [path]
    if not found:
        message = f"there are no pictures in {', '.join(map(str, pictures)) or 'an empty list'}"
        raise DataError.of("RS652", message, remedy="name pictures, or folders of them")
    return found


def readable(paths: Sequence[Path], left_out: LeftOut) -> list[Path]:
    """The files that begin as pictures do; DataError with all others unless these are left out, and where no picture
    is left."""
    found: list[Path] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            look_at(path)
        except DataError as error:
            faults += error.faults
        else:
            found.append(path)
    if faults and (left_out is None or not found):
        raise DataError(*faults)
    for fault in faults if left_out is not None else ():
        left_out(fault.line)  # type: ignore[misc]  # it is asked for just before
    return found


def look_at(path: Path) -> None:
    """DataError where a file is missing, does not begin as a picture does, or has pixels of more than 8 bits."""
    if not path.is_file():
        raise DataError.of("RS652", f"there is no picture {path}", remedy=REMEDY)
    with opened(path, REMEDY) as picture:
        refuse_deep(picture, path)
