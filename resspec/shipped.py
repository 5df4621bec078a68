"""Where the specs, searches and schemas lie that ship with resspec: inside an installed package, beside it in a
checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def spec_folder() -> Path:
    """The folder of the shipped spec files, `FAMILY/NAME.yaml`."""
    return _folder("specs")


def search_folder() -> Path:
    """The folder of the shipped search files, `NAME.yaml`."""
    return _folder("search")


def schema_file(name: str) -> Path:
    """The shipped JSON Schema of spec files (`spec`) or search files (`search`)."""
    return PACKAGE / "schema" / f"{name}.json"


def _folder(name: str) -> Path:
    """A wheel carries the folder; an editable install is a checkout, where it lies at the root."""
    carried = PACKAGE / "_shipped" / name
    return carried if carried.is_dir() else PACKAGE.parent / name
