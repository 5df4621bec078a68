"""Where the spec and search files lie that ship with resspec: inside an installed package, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def spec_folder() -> Path:
    """The folder of the shipped spec files, `FAMILY/NAME.yaml`."""
    return _folder("specs")


def search_folder() -> Path:
    """The folder of the shipped search files, `NAME.yaml`."""
    return _folder("search")


def _folder(name: str) -> Path:
    """A wheel carries the folder; an editable install is a checkout, where it lies at the root."""
    carried = PACKAGE / "_shipped" / name
    return carried if carried.is_dir() else PACKAGE.parent / name
