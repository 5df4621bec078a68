"""Reading YAML and JSON with positions, safely: no tags, no code, bounded size, depth and aliases.

Plain scalars follow the core schema of YAML 1.2 (`no` is a word, `1e-5` a number), so that YAML and JSON mean the same.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from resspec.errors import Fault, Mark, SpecError
from resspec.spec.tree import Entry, Path

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_VALUES = 100_000

SUFFIXES = (".yaml", ".yml", ".json")
_NULL = re.compile(r"(~|null|Null|NULL|)\Z")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its located root."""

    root: Entry
    file: str = ""

    @property
    def data(self) -> Any:
        """The plain data."""
        return self.root.plain()

    def mark(self, path: Path) -> Mark | None:
        """The place of the value at a path, or of the nearest one above it."""
        return self.root.nearest(path).mark


def read_document(path: FilePath | str) -> Document:
    """Read a .yaml, .yml or .json file; SpecError (RS1xx) with the place where it cannot be read."""
    file = FilePath(path)
    name = str(path)
    try:
        raw = file.read_bytes()
    except IsADirectoryError:
        raise SpecError.of("RS101", f"{name} is a folder, not a file") from None
    except FileNotFoundError:
        raise SpecError.of("RS101", f"there is no file {name}") from None
    except OSError as error:
        raise SpecError.of("RS101", f"{name} cannot be read: {error.strerror or error}") from None
    if len(raw) > MAX_BYTES:
        raise SpecError.of("RS102", f"{name} has {len(raw):,} bytes; a spec has at most {MAX_BYTES:,}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError.of("RS103", f"{name} is not UTF-8 text (byte {error.start})", remedy="save it as UTF-8") from None
    return read_text(text, name, is_json=file.suffix == ".json")


def read_text(text: str, name: str = "<text>", is_json: bool = False) -> Document:
    """Read YAML (or JSON) text; `name` stands for the file in messages."""
    if is_json:
        text = _checked_json(text, name)
    return Document(_Reader(name, text.splitlines() or [""]).read(text), name)


def scalar(text: str) -> Any:
    """The value of a plain scalar in the core schema of YAML 1.2."""
    if _NULL.match(text):
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _INT.match(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.match(text):
        return float(text)
    if _SPECIAL.match(text):
        return float(text.replace(".", "", 1))
    return text


def _checked_json(text: str, name: str) -> str:
    """JSON text that is sound; tabs, which JSON allows between tokens only, become spaces at the same columns."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        lines = text.splitlines() or [""]
        shown = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
        mark = Mark(name, error.lineno, error.colno, shown)
        raise SpecError.of("RS104", f"not JSON: {error.msg[0].lower()}{error.msg[1:]}", mark=mark) from None
    except RecursionError:
        raise SpecError.of("RS105", f"{name} nests deeper than {MAX_DEPTH} levels") from None
    return text.replace("\t", " ")


@dataclass(slots=True)
class _Reader:
    """Builds entries from parser events; recursion is bounded by MAX_DEPTH, work by MAX_VALUES."""

    name: str
    lines: list[str]
    anchors: dict[str, tuple[Entry, int]] = field(default_factory=dict)
    count: int = 0

    def read(self, text: str) -> Entry:
        """The root entry of the only document."""
        try:
            events = iter(yaml.parse(text, Loader=_LOADER))
            next(events)
            first = next(events)
            if isinstance(first, yaml.StreamEndEvent):
                raise self.fault("RS106", "the file is empty", Mark(self.name, 1, 1, self.lines[0]))
            root = self.value(events, next(events), 0, None)
            next(events)
            following = next(events)
            if not isinstance(following, yaml.StreamEndEvent):
                raise self.fault("RS107", "one file holds one document", self.place(following.start_mark))
        except yaml.MarkedYAMLError as error:
            raise self.syntax(error) from None
        except yaml.YAMLError as error:
            raise SpecError.of("RS103", f"{self.name} is not text: {str(error).splitlines()[0]}") from None
        return root

    def value(self, events: Any, event: Any, depth: int, key: Mark | None) -> Entry:
        """The entry that begins with an event."""
        mark = self.place(event.start_mark)
        before = self.count
        self.spend(1, mark)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise self.fault("RS108", f"alias *{event.anchor} has no anchor before it", mark)
            entry, size = self.anchors[event.anchor]
            self.spend(size, mark)
            return Entry(entry.value, entry.mark, key)
        if depth > MAX_DEPTH:
            raise self.fault("RS105", f"nested deeper than {MAX_DEPTH} levels", mark)
        if event.tag is not None and event.tag != "!":
            raise self.fault("RS109", f"tags such as {event.tag} are not read", mark, "write plain values")
        if isinstance(event, yaml.ScalarEvent):
            entry = Entry(self.scalar(event, mark), mark, key)
        elif isinstance(event, yaml.SequenceStartEvent):
            entry = Entry(self.items(events, depth), mark, key)
        else:
            entry = Entry(self.fields(events, depth), mark, key)
        if event.anchor:
            self.anchors[event.anchor] = (entry, self.count - before)
        return entry

    def items(self, events: Any, depth: int) -> list[Entry]:
        """A list."""
        found = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            found.append(self.value(events, event, depth + 1, None))
        return found

    def fields(self, events: Any, depth: int) -> dict[str, Entry]:
        """A mapping; keys are scalars, each once."""
        found: dict[str, Entry] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            place = self.place(event.start_mark)
            if not isinstance(event, yaml.ScalarEvent):
                raise self.fault("RS110", "a key must be a word or a number", place)
            if event.value == "<<" and event.implicit[0]:
                raise self.fault("RS110", "merge keys (<<) are not read", place, "use `extends`")
            if event.value in found:
                first = found[event.value].key
                raise self.fault("RS111", f"key {event.value!r} stands twice", place, f"the first is at {first}")
            found[event.value] = self.value(events, next(events), depth + 1, place)
        return found

    def scalar(self, event: Any, mark: Mark) -> Any:
        """A scalar's value; quoted ones are text."""
        if not event.implicit[0]:
            return event.value
        try:
            value = scalar(event.value)
        except ValueError:
            raise self.fault("RS112", "the number has too many digits", mark) from None
        if isinstance(value, float) and not math.isfinite(value):
            raise self.fault("RS112", f"{event.value} is not a finite number", mark)
        return value

    def spend(self, count: int, mark: Mark) -> None:
        """Count values, aliases at the size of what they repeat."""
        self.count += count
        if self.count > MAX_VALUES:
            raise self.fault("RS113", f"more than {MAX_VALUES:,} values, aliases written out", mark)

    def place(self, mark: Any) -> Mark:
        """A parser's mark as ours."""
        text = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return Mark(self.name, mark.line + 1, mark.column + 1, text)

    def syntax(self, error: yaml.MarkedYAMLError) -> SpecError:
        """A parser's complaint as a fault."""
        place = error.problem_mark or error.context_mark
        mark = self.place(place) if place else None
        remedy = ""
        if mark and "\t" in mark.text[: mark.column]:
            remedy = "indent with spaces: YAML allows no tabs there"
        return self.fault("RS104", f"not YAML: {error.problem or error.context}", mark, remedy)

    def fault(self, code: str, message: str, mark: Mark | None, remedy: str = "") -> SpecError:
        """A reading error at a place."""
        return SpecError(Fault(code, message, mark, remedy))
