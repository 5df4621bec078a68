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

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file: 1-based line and column, and the text of that line."""

    file: str
    line: int
    column: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def excerpt(self) -> str:
        """The source line with a caret under the place; empty when the text is unknown."""
        if not self.text.strip():
            return ""
        gutter = f"{self.line:>5} | "
        text = self.text.rstrip().expandtabs(1)
        return f"{gutter}{text}\n{' ' * (len(gutter) - 2)}| {' ' * (self.column - 1)}^"


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken law: its stable code, what is wrong, where (in a file, at a node of the graph), and what to do about it."""

    code: str
    message: str
    mark: Mark | None = None
    remedy: str = ""
    node: str = ""

    def __str__(self) -> str:
        place = f"{self.mark}: " if self.mark else ""
        lines = [f"{place}error[{self.code}]: {self.message}{f' ({self.node})' if self.node else ''}"]
        if self.mark and (excerpt := self.mark.excerpt()):
            lines.append(excerpt)
        if self.remedy:
            lines.append(f"  = {self.remedy}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, object]:
        """The fault as plain data, for `--json`."""
        place = None
        if self.mark:
            place = {"file": self.mark.file, "line": self.mark.line, "column": self.mark.column}
        return {"code": self.code, "message": self.message, "node": self.node, "place": place, "remedy": self.remedy}


class ResspecError(ValueError):
    """The root: one or more faults of the user's input; the command line prints them and exits with 2."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults

    @classmethod
    def of(cls, code: str, message: str, *, mark: Mark | None = None, remedy: str = "") -> ResspecError:
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
    """A remedy that names the nearest known names, or lists what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(f"'{c}'" for c in close) + "?"
    more = f" and {len(names) - listed} more" if len(names) > listed else ""
    return "known: " + ", ".join(names[:listed]) + more
