"""The error tree. Every error a user can cause carries faults: a code, the broken law, the place and the remedy.

ResspecError
├── SpecError      a spec or search file is wrong (RS1xx reading, RS2xx language, RS3xx shapes and legality)
├── GraphError     a graph breaks a law (RS3xx)
├── BudgetError    a budget is malformed or cannot be met (RS4xx)
├── SearchError    a search cannot run or go on (RS5xx)
├── WeightsError   tensors and network do not fit (RS6xx)
└── DataError      a data set is missing or damaged (RS6xx)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from resspec.spelling import nearest, readable, strangers

SHOWN_FAULTS = 20
"""Faults that a message prints; of more it tells the number."""
SHOWN_CHARACTERS = 60
SHOWN_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file: 1-based line and column, the column behind its end on that line (0 where it is one character
    long), the text of the line, and the places of `extends`, from the first file on, that led to the file."""

    file: str
    line: int
    column: int
    text: str = ""
    end: int = 0
    via: tuple[Mark, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def stop(self) -> int:
        """The column behind the end."""
        return max(self.end, self.column + 1)

    def excerpt(self) -> str:
        """The source line, or the part of a long one around the place, underlined with carets; empty when the text is
        unknown."""
        if not self.text.strip():
            return ""
        text = self.text.rstrip()
        start = max(0, self.column - SHOWN_WIDTH // 2) if len(text) > SHOWN_WIDTH else 0
        shown = readable(text[start : start + SHOWN_WIDTH])
        before = self.column - 1 - start
        carets = "^" * max(1, min(self.stop - self.column, len(shown) - before))
        gutter = f"{self.line:>5} | "
        return f"{gutter}{shown}\n{' ' * (len(gutter) - 2)}| {' ' * before}{carets}"

    def to_dict(self) -> dict[str, object]:
        """The place as plain data: file, line and column from 1, and `end`, the column behind."""
        return {"file": self.file, "line": self.line, "column": self.column, "end": self.stop}


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken law: its stable code, what is wrong, where (in a file, at a node of the graph), and what to do about
    it."""

    code: str
    message: str
    mark: Mark | None = None
    remedy: str = ""
    node: str = ""

    def __str__(self) -> str:
        place = f"{self.mark}: " if self.mark else ""
        lines = [f"{place}error[{self.code}]: {self.message}{f' ({self.node})' if self.node else ''}"]
        if self.mark:
            lines += filter(None, [self.mark.excerpt()])
            lines += [f"  = extended at {step}" for step in reversed(self.mark.via)]
        if self.remedy:
            lines.append(f"  = {self.remedy}")
        return "\n".join(lines)

    @property
    def line(self) -> str:
        """The place and what is wrong, in a line."""
        return f"{self.mark}: {self.message}" if self.mark else self.message

    def to_dict(self) -> dict[str, object]:
        """The fault as plain data, for `--json`."""
        place = self.mark.to_dict() if self.mark else {}
        return {
            "code": self.code,
            "message": self.message,
            "node": self.node,
            "file": place.pop("file", None),
            "range": place or None,
            "extended": [step.to_dict() for step in self.mark.via] if self.mark else [],
            "remedy": self.remedy,
        }


def in_file_order(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once; the first file's before those of the files it extends, then by line and column."""

    def place(fault: Fault) -> tuple[int, str, int, int]:
        mark = fault.mark
        return (len(mark.via), mark.file, mark.line, mark.column) if mark else (-1, "", 0, 0)

    return sorted(dict.fromkeys(faults), key=place)


class ResspecError(ValueError):
    """The root: one or more faults of the user's input; the command line prints them and exits with 2."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults

    @classmethod
    def of(cls, code: str, message: str, *, mark: Mark | None = None, remedy: str = "") -> Self:
        """An error with a single fault."""
        return cls(Fault(code, message, mark, remedy))

    def __str__(self) -> str:
        shown = [str(fault) for fault in self.faults[:SHOWN_FAULTS]]
        if (rest := len(self.faults) - SHOWN_FAULTS) > 0:
            shown.append(f"… and {rest} more")
        return "\n".join(shown)


class SpecError(ResspecError):
    """A spec or search file is wrong."""


class GraphError(ResspecError):
    """A graph breaks a law; `check` names the law's check, where one found it."""

    check: str = ""


class BudgetError(ResspecError):
    """A budget is malformed, or no network of the space can meet it."""


class SearchError(ResspecError):
    """A search cannot run or go on."""


class WeightsError(ResspecError):
    """Tensors and network do not fit each other."""


class DataError(ResspecError):
    """A data set is missing, damaged or not what was expected."""


def did_you_mean(name: str, known: Iterable[str], listed: int = 12) -> str:
    """A remedy that names the nearest known names, or lists what there is; foreign letters are named."""
    names = sorted(known)
    close = nearest(name, names)
    if close:
        foreign = strangers(name)
        return "did you mean " + " or ".join(f"'{c}'" for c in close) + "?" + (f" ({foreign})" if foreign else "")
    more = f" and {len(names) - listed} more" if len(names) > listed else ""
    return "known: " + ", ".join(names[:listed]) + more


def quoted(value: object) -> str:
    """A value as messages show it: short, on one line, nothing in it that a terminal would obey."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
