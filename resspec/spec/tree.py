"""Located data: what a file says, every key and value with its place; merging keeps the places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resspec.errors import Mark

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a file: a scalar, a mapping of entries by key, or a list of entries; `key` is the place of its key."""

    value: Any
    mark: Mark | None = None
    key: Mark | None = None

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: entry.plain() for key, entry in self.value.items()}
        if isinstance(self.value, list):
            return [entry.plain() for entry in self.value]
        return self.value

    def find(self, path: Path) -> Entry | None:
        """The entry at a path of keys and list indices, or None."""
        entry = self
        for step in path:
            inner = entry.value
            if isinstance(inner, dict) and str(step) in inner:
                entry = inner[str(step)]
            elif isinstance(inner, list) and isinstance(step, int) and 0 <= step < len(inner):
                entry = inner[step]
            else:
                return None
        return entry

    def nearest(self, path: Path) -> Entry:
        """The entry at the longest prefix of a path that exists."""
        for end in range(len(path), -1, -1):
            if found := self.find(path[:end]):
                return found
        return self


def entry_of(data: object, mark: Mark | None = None) -> Entry:
    """Plain data as an entry that comes from one place (or none)."""
    if isinstance(data, Entry):
        return data
    if isinstance(data, Mapping):
        return Entry({str(key): entry_of(value, mark) for key, value in data.items()}, mark, mark)
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return Entry([entry_of(value, mark) for value in data], mark, mark)
    return Entry(data, mark, mark)


def path_text(path: Path) -> str:
    """A path as people write it: stages count from 1, other positions from 0."""
    steps = [
        str(step + 1) if isinstance(step, int) and path[i - 1] == "stages" else str(step) for i, step in enumerate(path)
    ]
    return ".".join(steps)
