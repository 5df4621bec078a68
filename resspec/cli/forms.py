"""The forms of an answer and where it goes: standard output or a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resspec.cli.printing import Table, print_table

if TYPE_CHECKING:
    from resspec.pages.sheet import Sheet

Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file.")]


class Form(StrEnum):
    """How a table is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def form_of(form: Form, *, as_json: bool) -> Form:
    """`--json` is short for `--format json`."""
    return Form.JSON if as_json else form


def put(text: str, output: Path | None, *, quiet: bool = False) -> None:
    """Print a text that ends its last line, or write it to a file."""
    if output is None:
        typer.echo(text, nl=False)
        return
    from resspec.training.writing import write_whole

    write_whole(output, text.encode())
    if not quiet:
        typer.echo(f"wrote {output}")


def put_sheet(sheet: Sheet, form: Form, output: Path | None = None, *, quiet: bool = False) -> None:
    """A sheet as a table, CSV or Markdown."""
    put_sheets((sheet,), form, output, quiet=quiet)


def put_sheets(sheets: Sequence[Sheet], form: Form, output: Path | None = None, *, quiet: bool = False) -> None:
    """Sheets one below the other; CSV has room for the first alone."""
    if form is Form.CSV:
        put(sheets[0].csv(), output, quiet=quiet)
    elif form is Form.MARKDOWN:
        put("\n".join(sheet.markdown() for sheet in sheets), output, quiet=quiet)
    elif output is not None:
        put("\n".join(f"{text}\n" for sheet in sheets for text in _texts(sheet)), output, quiet=quiet)
    else:
        for place, sheet in enumerate(sheets):
            if place:
                typer.echo("")
            print_table(_table(sheet), sheet.note)


def _texts(sheet: Sheet) -> tuple[str, ...]:
    """A table as text, and its note."""
    return (str(_table(sheet)), sheet.note) if sheet.note else (str(_table(sheet)),)


def _table(sheet: Sheet) -> Table:
    foot = tuple(cell if isinstance(cell, str) else f"{cell:,}" for cell in sheet.foot)
    return Table(sheet.title, sheet.header, sheet.texts(), foot, sheet.words)


def put_data(data: object, output: Path | None, *, quiet: bool = False) -> None:
    """Plain data as JSON."""
    put(json.dumps(data, indent=2) + "\n", output, quiet=quiet)


def put_zoo(
    names: Sequence[str], overrides: Sequence[str], form: Form, output: Path | None, costs: Sequence[str]
) -> None:
    """Shipped specs with these costs; JSON has all of them."""
    from resspec.pages.zoo import entries, zoo

    listed = list(entries(names, *overrides))
    if form is Form.JSON:
        put_data([entry.to_dict() for entry in listed], output)
    else:
        put_sheet(zoo(listed, costs, brief=form is Form.TABLE), form, output)
