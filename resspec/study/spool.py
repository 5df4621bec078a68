"""Finished trials that could not be recorded, because the store was away or the disk full: kept in a file each until
they can be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from resspec.training.writing import write_whole

SPOOL = "spool"


@dataclass(frozen=True, slots=True)
class Unsent:
    """How a trial ended, and which process found that out."""

    number: int
    owner: str
    state: str
    values: Sequence[float] | None
    facts: Mapping[str, Any]


class Spool:
    """The unsent trials of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / SPOOL

    def keep(self, unsent: Unsent) -> None:
        """Write a trial down."""
        self._folder.mkdir(exist_ok=True)
        write_whole(self._file(unsent), json.dumps(asdict(unsent)).encode())

    def kept(self) -> list[Unsent]:
        """The trials that wait."""
        files = sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []
        return [Unsent(**json.loads(file.read_text(encoding="utf-8"))) for file in files]

    def drop(self, unsent: Unsent) -> None:
        """A trial waits no longer."""
        self._file(unsent).unlink(missing_ok=True)

    def _file(self, unsent: Unsent) -> Path:
        return self._folder / f"{unsent.number}.json"
