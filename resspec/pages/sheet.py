"""A table of figures, and its forms: CSV for spreadsheets, Markdown for pull requests, records for JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under a header; the first `words` columns hold words, the others figures. `foot` is a last row apart, `note`
    what is to be known of the figures."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    foot: tuple[Cell, ...] = ()
    words: int = 1
    note: str = ""

    def records(self) -> list[dict[str, Cell]]:
        """One mapping for each row."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]

    def csv(self) -> str:
        """Comma-separated values with bare figures, lines ending in LF; no foot, so that columns may be summed."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows([_harmless(cell) for cell in row] for row in self.rows)
        return text.getvalue()

    def markdown(self) -> str:
        """A table of Markdown, figures to the right, under its title."""
        sides = ["---"] * self.words + ["---:"] * (len(self.header) - self.words)
        lines: list[Sequence[str]] = [self.header, sides, *([shown(cell) for cell in row] for row in self.rows)]
        if self.foot:
            lines.append([f"**{shown(cell)}**" if cell != "" else "" for cell in self.foot])
        table = "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
        note = f"\n{self.note}\n" if self.note else ""
        return f"**{self.title}**\n\n{table}{note}"

    def texts(self) -> list[tuple[str, ...]]:
        """The rows as a terminal shows them."""
        return [tuple(shown(cell) for cell in row) for row in self.rows]


def shown(cell: Cell) -> str:
    """A cell as text: figures with thousands separators."""
    return f"{cell:,}" if isinstance(cell, int) else cell


def _harmless(cell: Cell) -> Any:
    """A word that a spreadsheet would run as a formula is marked as a word."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
