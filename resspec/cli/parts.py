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
    from resspec.authoring.search_reference import known_names

    yield from (name for name in dict.fromkeys(known_names()) if name.startswith(incomplete))


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
    """Tell what files may name: the families, the kinds of one, or the fields of a kind, plug-ins included."""
    from resspec.authoring.reference import SPECS

    if name is not None and name in SPECS.families():
        entry = SPECS.family(name)
        tell(entry.to_dict(), family(entry), as_json=as_json)
        return
    if name is not None and (kinds := SPECS.named(name)):
        tell_kinds(kinds, as_json=as_json)
        return
    tell_of_searches(name, as_json=as_json)


def tell_of_searches(name: str | None, *, as_json: bool) -> None:
    """Families and kinds of search files and recipes, whose modules take a moment to import; everything where there is
    no name."""
    from resspec.authoring.reference import SPECS, key_of
    from resspec.authoring.search_reference import SEARCHES, kinds_named

    families = {key_of(known): known for known in SEARCHES.families()}
    if name is None:
        every = [SPECS.reference(), SEARCHES.reference()]
        tell([entry.to_dict() for entries in every for entry in entries], overview(*every), as_json=as_json)
    elif name in families:
        entry = SEARCHES.family(families[name])
        tell(entry.to_dict(), family(entry), as_json=as_json)
    else:
        tell_kinds(kinds_named(name), as_json=as_json)


def tell_kinds(kinds: Sequence[KindEntry], *, as_json: bool) -> None:
    """The fields of kinds."""
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


def overview(of_specs: Sequence[FamilyEntry], of_searches: Sequence[FamilyEntry]) -> Iterator[RenderableType]:
    """A line for each family."""
    from resspec.authoring.reference import key_of

    for title, entries in (("In specs:", of_specs), ("In search files and recipes:", of_searches)):
        yield title
        yield columns([[key_of(entry.family), ", ".join(kind.kind for kind in entry.kinds)] for entry in entries])
        yield ""
    yield "`resspec parts NAME` tells of a family or a kind."


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
