"""Reading YAML and JSON with positions, safely: no tags, no code, bounded size, depth and aliases.

Plain scalars follow the core schema of YAML 1.2 (`no` is a word, `1e-5` a number), so that YAML and JSON mean the same.
"""

from __future__ import annotations

import json
import math
import re
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

import yaml

from resspec import carried
from resspec.errors import Fault, Mark, SpecError, did_you_mean, quoted
from resspec.spec.limits import LIMITS, Limits
from resspec.spec.syntax import AT_ITS_BEGINNING, complaint
from resspec.spec.tree import Entry, Path

BEGIN = "write `extends: resnet50`, or a stem, a block and stages"
SUFFIXES = (".yaml", ".yml", ".json")
_NULL = re.compile(r"(~|null|Null|NULL|)\Z")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its located root."""

    root: Entry
    file: str = ""
    count: int = 0
    """Its values, aliases written out."""

    @property
    def data(self) -> Any:
        """The plain data."""
        return self.root.plain()

    def mark(self, path: Path) -> Mark | None:
        """The place of the value at a path, or of the nearest one above it."""
        return self.root.nearest(path).mark


def read_document(path: FilePath | str, limits: Limits = LIMITS, via: tuple[Mark, ...] = ()) -> Document:
    """Read a .yaml, .yml or .json file, or the spec that a .safetensors file carries; SpecError (RS1xx) with the place
    where it cannot be read. `via` are the places of `extends` that led to it."""
    file = FilePath(path)
    name = str(path)
    if file.suffix == carried.SUFFIX and file.is_file():
        return read_text(carried.spec_text(file), name, limits=limits, via=via)
    raw = _bytes(file, name, limits)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = len(raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8-sig")) + 1
        message = f"the file is not UTF-8 text: byte {error.start} is 0x{raw[error.start]:02X}"
        mark = Mark(name, line, column, via=via)
        raise SpecError.of("RS103", message, mark=mark, remedy="save it as UTF-8") from None
    return read_text(text, name, file.suffix == ".json", limits, via)


def _bytes(file: FilePath, name: str, limits: Limits) -> bytes:
    """What a file holds, up to the limit; nothing is read that is no regular file."""
    try:
        kind = file.stat().st_mode
        if stat.S_ISDIR(kind):
            raise SpecError.of("RS101", f"{name} is a folder, not a file", remedy="name a file in it")
        if not stat.S_ISREG(kind):
            raise SpecError.of("RS101", f"{name} is no regular file", remedy="name a .yaml, .yml or .json file")
        with file.open("rb") as opened:
            raw = opened.read(limits.bytes + 1)
    except FileNotFoundError:
        raise SpecError.of("RS101", f"there is no file {name}", remedy="name a shipped spec or a file") from None
    except (OSError, ValueError) as error:  # a name may hold what no system takes
        raise SpecError.of("RS101", f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > limits.bytes:
        remedy = "where you trust the file, raise it: --allow bytes=…"
        raise SpecError.of("RS102", f"{name} has more than {limits.bytes:,} bytes, the limit", remedy=remedy)
    return raw


def read_text(
    text: str, name: str = "<text>", is_json: bool = False, limits: Limits = LIMITS, via: tuple[Mark, ...] = ()
) -> Document:
    """Read YAML (or JSON) text; `name` stands for the file in messages."""
    if is_json:
        text = _checked_json(text, name, limits, via)
    reader = _Reader(name, text.splitlines() or [""], limits, via)
    return Document(reader.read(text), name, reader.count)


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


def _checked_json(text: str, name: str, limits: Limits, via: tuple[Mark, ...]) -> str:
    """JSON text that is sound; tabs, which JSON allows between tokens only, become spaces at the same columns."""
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        lines = text.splitlines() or [""]
        shown = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
        mark = Mark(name, error.lineno, error.colno, shown, via=via)
        raise SpecError.of(
            "RS104",
            f"not JSON: {error.msg[0].lower()}{error.msg[1:]}",
            mark=mark,
            remedy="JSON takes double quotes, commas between items and no comments; YAML (.yaml) is kinder",
        ) from None
    except RecursionError:
        message = f"nested deeper than {limits.nesting} levels, the limit"
        raise SpecError.of("RS105", message, mark=Mark(name, 1, 1, via=via)) from None
    return _PAIR.sub(_joined, text.replace("\t", " "))


def _joined(pair: re.Match[str]) -> str:
    """JSON's escape of a character by two surrogates, as YAML's escape of the character."""
    return f"{pair[1]}\\U{0x10000 + ((int(pair[2], 16) & 0x3FF) << 10) + (int(pair[3], 16) & 0x3FF):08X}"


@dataclass(slots=True)
class _Reader:
    """Builds entries from parser events; recursion is bounded by the nesting, work by the values. What is wrong with
    single values is gathered, what leaves nothing to go on with is raised at once."""

    name: str
    lines: list[str]
    limits: Limits
    via: tuple[Mark, ...] = ()
    anchors: dict[str, tuple[Entry, int]] = field(default_factory=dict)
    count: int = 0
    faults: list[Fault] = field(default_factory=list)

    def read(self, text: str) -> Entry:
        """The root entry of the only document."""
        try:
            events = iter(yaml.parse(text, Loader=_LOADER))
            next(events)
            first = next(events)
            if isinstance(first, yaml.StreamEndEvent):
                raise self.fault("RS106", "the file is empty", self.at(1, 1), BEGIN)
            root = self.value(events, next(events), 0, None)
            next(events)
            following = next(events)
            if not isinstance(following, yaml.StreamEndEvent):
                remedy = "write the second document into a file of its own"
                raise self.fault("RS107", "one file holds one document", self.place(following), remedy)
        except yaml.MarkedYAMLError as error:
            raise self.syntax(error) from None
        except (yaml.YAMLError, UnicodeEncodeError):
            raise self.no_text(text) from None
        if self.faults:
            raise SpecError(*self.faults)
        if root.value is None:
            raise self.fault("RS106", "the file holds nothing", self.at(1, 1), BEGIN)
        return root

    def value(self, events: Any, event: Any, depth: int, key: Mark | None) -> Entry:
        """The entry that begins with an event."""
        mark = self.place(event)
        before = self.count
        self.spend(1, mark)
        if isinstance(event, yaml.AliasEvent):
            return self.repeated(str(event.anchor), mark, key)
        if depth > self.limits.nesting:
            message = f"nested deeper than {self.limits.nesting} levels, the limit"
            raise self.fault("RS105", message, mark, "a spec needs about six; --allow nesting=… raises it")
        if event.tag is not None and event.tag != "!":
            self.note("RS109", f"tags such as {quoted(event.tag)} are not read", mark, "write plain values")
        if isinstance(event, yaml.ScalarEvent):
            entry = Entry(self.scalar(event, mark), mark, key)
        elif isinstance(event, yaml.SequenceStartEvent):
            entry = Entry(self.items(events, depth), mark, key)
        else:
            entry = Entry(self.fields(events, depth), mark, key)
        if event.anchor:
            self.anchors[event.anchor] = (entry, self.count - before)
        return entry

    def repeated(self, anchor: str, mark: Mark, key: Mark | None) -> Entry:
        """The entry that an alias repeats, which counts as large as it is."""
        if anchor not in self.anchors:
            remedy = did_you_mean(anchor, self.anchors) if self.anchors else f"write &{anchor} before it, or quote it"
            self.note("RS108", f"alias *{anchor} has no anchor before it", mark, remedy)
            return Entry(None, mark, key)
        entry, size = self.anchors[anchor]
        self.spend(size, mark)
        return Entry(entry.value, entry.mark, key)

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
            place = self.place(event)
            if not isinstance(event, yaml.ScalarEvent):
                remedy = "quote it where it is a word; write `key: value` where it is a mapping"
                raise self.fault("RS110", "a key must be a word or a number", place, remedy)
            if event.value == "<<" and event.implicit[0]:
                self.note("RS110", "merge keys (<<) are not read", place, "use `extends`")
            entry = self.value(events, next(events), depth + 1, place)
            if event.value in found:
                first = found[event.value].key
                remedy = f"the first is at {first}; keep one of them"
                self.note("RS111", f"key {quoted(event.value)} stands twice", place, remedy)
                continue
            found[event.value] = entry
        return found

    def scalar(self, event: Any, mark: Mark) -> Any:
        """A scalar's value; quoted ones are text."""
        if not event.implicit[0]:
            return event.value
        try:
            value = scalar(event.value)
        except ValueError:
            self.note("RS112", f"{quoted(event.value)} has too many digits", mark, "write a smaller number")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self.note("RS112", f"{quoted(event.value)} is not a finite number", mark, "write a finite number")
            return None
        return value

    def spend(self, count: int, mark: Mark) -> None:
        """Count values, aliases at the size of what they repeat."""
        self.count += count
        if self.count > self.limits.values:
            message = f"more than {self.limits.values:,} values, the limit, aliases written out"
            raise self.fault("RS113", message, mark, "where you trust the file, raise it: --allow values=…")

    def place(self, event: Any) -> Mark:
        """Where an event stands; of more than a line, its part of the first."""
        start, end = event.start_mark, event.end_mark
        mark = self.at(start.line + 1, start.column + 1)
        return replace(mark, end=end.column + 1 if end.line == start.line else len(mark.text) + 1)

    def at(self, line: int, column: int) -> Mark:
        """A place by line and column."""
        return Mark(self.name, line, column, self.lines[line - 1] if line <= len(self.lines) else "", via=self.via)

    def syntax(self, error: yaml.MarkedYAMLError) -> SpecError:
        """A parser's complaint as a fault, at what was begun where the parser came to the end of the file."""
        problem = str(error.problem or error.context)
        found, begun = error.problem_mark or error.context_mark, error.context_mark
        line, column = (found.line + 1, found.column + 1) if found else (1, 1)
        if begun and (problem.startswith(AT_ITS_BEGINNING) or not self.at(line, 1).text.strip()):
            line, column = begun.line + 1, begun.column + 1
        message, remedy = complaint(problem, self.at(line, column).text, column)
        if begun and begun.line + 1 != line:
            message += f", begun on line {begun.line + 1}"
        return self.fault("RS104", f"not YAML: {message}", self.at(line, column), remedy)

    def no_text(self, text: str) -> SpecError:
        """A character that no YAML file may hold, as a fault."""
        at = next((i for i, c in enumerate(text) if not c.isprintable() and c not in "\t\n\r\x85\xa0"), 0)
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        message = f"the file holds the character U+{ord(text[at]):04X}, as no YAML does"
        return self.fault("RS103", message, Mark(self.name, line, column, via=self.via), "save it as plain text")

    def note(self, code: str, message: str, mark: Mark, remedy: str) -> None:
        """Gather a fault and go on."""
        self.faults.append(Fault(code, message, mark, remedy))

    def fault(self, code: str, message: str, mark: Mark, remedy: str) -> SpecError:
        """A fault that ends reading, behind those found before."""
        return SpecError(*self.faults, Fault(code, message, mark, remedy))
