"""How tables look: rich on a terminal that has room for them, aligned text elsewhere. No figure is ever cut."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import typer

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in rows; the first `words` columns hold words, the others figures. `foot` is a last row apart."""

    title: str
    header: Cells
    rows: Sequence[Cells]
    foot: Cells = ()
    words: int = 1

    def __str__(self) -> str:
        """Aligned text: words to the left, figures to the right."""
        lines = [self.header, *self.rows, *([self.foot] if self.foot else [])]
        widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
        return "\n".join((self.title, "", *(self._aligned(line, widths) for line in lines)))

    def _aligned(self, cells: Cells, widths: Sequence[int]) -> str:
        sides = [str.ljust] * self.words + [str.rjust] * (len(cells) - self.words)
        return "  ".join(side(cell, width) for side, cell, width in zip(sides, cells, widths, strict=True)).rstrip()


def print_table(table: Table, note: str = "") -> None:
    """A table and what is to be known of its figures, on standard output."""
    if not (sys.stdout.isatty() and _print_rich(table)):
        typer.echo(str(table))
    if note:
        typer.echo(f"\n{note}")


def _print_rich(table: Table) -> bool:
    """Whether the terminal had room for the table, which then was printed."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.ROUNDED, show_footer=bool(table.foot))
    for i, (head, foot) in enumerate(zip(table.header, table.foot or ("",) * len(table.header), strict=True)):
        drawn.add_column(head, foot, justify="left" if i < table.words else "right", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console = Console()
    if console.measure(drawn).minimum > console.width:
        return False
    console.print(Text(table.title, "bold"), drawn, sep="\n")
    return True


def percent(share: float | None) -> str:
    """97.21 %; nothing for None."""
    return "" if share is None else f"{100 * share:.2f} %"


def size(shape: Sequence[int]) -> str:
    """3x224x224."""
    return "x".join(str(side) for side in shape)
