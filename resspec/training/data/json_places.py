"""JSON files of long lists whose items know where they stand."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resspec.errors import Mark
from resspec.training.data.malformed import MalformedError

SPACE = re.compile(r"[ \t\r\n]*")
LONGEST = 2000
"""Characters of a line that are kept to be shown; a file in one line is not shown."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list, and where it begins."""

    value: Any
    mark: Mark


def read_lists(path: Path, wanted: Collection[str]) -> dict[str, list[Item]]:
    """The lists under some keys of the mapping that a file holds; MalformedError where it is no such JSON. Each item
    is decoded by itself, which takes no longer than the file as a whole."""
    try:
        reader = Reader(path)
    except UnicodeDecodeError as error:
        raise MalformedError(f"it is not UTF-8: {error.reason}", Mark(str(path), 1, 1)) from None
    try:
        return reader.lists(wanted)
    except json.JSONDecodeError as error:
        raise MalformedError(error.msg, reader.mark(error.pos)) from None
    except RecursionError:
        raise MalformedError("values lie too deep in one another", reader.mark(0)) from None


class Reader:
    """A file's text, and the places of its lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = path.read_text(encoding="utf-8-sig")
        self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]
        self._decoder = json.JSONDecoder()

    def mark(self, place: int) -> Mark:
        """A place in the text as line and column."""
        line = bisect_right(self._starts, place)
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self._text)
        text = self._text[start:end] if end - start <= LONGEST else ""
        return Mark(str(self._path), line, place - start + 1, text)

    def lists(self, wanted: Collection[str]) -> dict[str, list[Item]]:
        """The lists under the wanted keys."""
        found: dict[str, list[Item]] = {}
        place = self._past("{", self._spaced(0))
        more = self._text[place : place + 1] != "}"
        while more:
            key, place = self._decoder.raw_decode(self._text, place)
            place = self._past(":", self._spaced(place))
            if key in wanted and self._text[place : place + 1] == "[":
                found[key] = list(self._items(place))
                place = self._end
            else:
                _, place = self._decoder.raw_decode(self._text, place)
            place, more = self._on(place, "}")
        return found

    def _items(self, place: int) -> Iterator[Item]:
        """The items of the list that begins at a place; `_end` is then behind it."""
        place = self._past("[", place)
        if self._text[place : place + 1] == "]":
            self._end = place + 1
            return
        more = True
        while more:
            start = place
            value, place = self._decoder.raw_decode(self._text, place)
            yield Item(value, self.mark(start))
            place, more = self._on(place, "]")
        self._end = place

    def _on(self, place: int, closing: str) -> tuple[int, bool]:
        """Behind a comma, where more follows, or behind the closing bracket."""
        place = self._spaced(place)
        if self._text[place : place + 1] == closing:
            return place + 1, False
        return self._past(",", place), True

    def _past(self, sign: str, place: int) -> int:
        """Behind a sign that must stand at a place, and the space behind it."""
        if self._text[place : place + 1] != sign:
            raise json.JSONDecodeError(f"Expecting '{sign}'", self._text, place)
        return self._spaced(place + 1)

    def _spaced(self, place: int) -> int:
        found = SPACE.match(self._text, place)
        assert found is not None
        return found.end()
