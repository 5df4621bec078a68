"""The verb that says what a spec may name: parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from resspec.cli.arguments import AsJson
from resspec.cli.verb import Verb, examples, print_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from resspec.authoring.reference import FamilyEntry, KindEntry

PANEL = "Write specs"

app = typer.Typer()


def complete_part(incomplete: str) -> Iterator[str]:
    """Families and kinds that begin so."""
    from resspec.parts import FAMILIES

    names = dict.fromkeys([*FAMILIES, *(kind for family in FAMILIES.values() for kind in family.kinds())])
    yield from (name for name in names if name.startswith(incomplete))


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples("resspec parts", "resspec parts shortcut", "resspec parts bottleneck", "resspec parts stem.conv"),
)
def parts(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A family, a kind, or FAMILY.KIND.", autocompletion=complete_part, show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a spec may name: the families of parts, the kinds of one, or the fields of a kind; also of plug-ins."""
    from resspec.authoring.reference import family_entry, kinds_named, reference
    from resspec.parts import FAMILIES

    if name is None:
        every = reference()
        tell([entry.to_dict() for entry in every], families(every), as_json=as_json)
    elif name in FAMILIES:
        entry = family_entry(name)
        tell(entry.to_dict(), family(entry), as_json=as_json)
    else:
        kinds = kinds_named(name)
        tell([kind.to_dict() for kind in kinds], (line for kind in kinds for line in fields(kind)), as_json=as_json)


def tell(data: object, shown: Iterator[RenderableType], *, as_json: bool) -> None:
    """Plain data as JSON, or what is shown."""
    if as_json:
        print_json(data)
        return
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as captured:
        for line in shown:
            console.print(line)
    for row in captured.get().splitlines():
        typer.echo(row.rstrip())  # cells are padded to their columns


def families(entries: Sequence[FamilyEntry]) -> Iterator[RenderableType]:
    """A line for each family."""
    yield columns([[entry.family, ", ".join(kind.kind for kind in entry.kinds)] for entry in entries])
    yield ""
    yield "`resspec parts NAME` tells of a family or a kind; docs/spec.md of everything around them."


def family(entry: FamilyEntry) -> Iterator[RenderableType]:
    """A line for each kind."""
    yield f"{entry.family}: {entry.about}" + (f" By default {entry.default}." if entry.default else "")
    yield ""
    yield columns([[kind.kind, kind.about] for kind in entry.kinds])


def fields(kind: KindEntry) -> Iterator[RenderableType]:
    """A line for each field."""
    yield f"{kind.family}: {kind.shortest}" + (f"   (of {kind.package})" if kind.package else "")
    yield columns([["", kind.about]])
    if kind.fields:
        yield ""
        rows = [
            [field.name, field.type, "required" if field.default is None else field.default] for field in kind.fields
        ]
        yield columns([["", *row, field.about] for row, field in zip(rows, kind.fields, strict=True)])
    yield ""


def columns(rows: Sequence[Sequence[str]]) -> RenderableType:
    """Cells side by side; the last column takes the lines it needs, the others are kept whole where they are short."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for number in range(len(rows[0])):
        last = number == len(rows[0]) - 1
        table.add_column(overflow="fold", max_width=None if last else 26, ratio=1 if last else None)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
