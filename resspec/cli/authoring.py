"""Verbs for those who write specs: new, migrate, schema."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, Quiet, complete_spec, limits_of
from resspec.cli.exits import NO
from resspec.cli.verb import Verb, examples, print_json
from resspec.errors import ResspecError
from resspec.spec.limits import LIMITS, Limits
from resspec.spec.loading import find, named, shipped_specs
from resspec.spec.reading import SUFFIXES, read_document
from resspec.spec.tree import Entry

PANEL = "Write specs"
BOM = b"\xef\xbb\xbf"

app = typer.Typer()


class Language(StrEnum):
    """What a schema is of."""

    SPEC = "spec"
    SEARCH = "search"


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples("resspec new mine", "resspec new mine --from resnet50", "resspec new nets/mine.yaml --force"),
)
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new network: a name, or a file ending in .yaml.")],
    base: Annotated[
        str | None,
        typer.Option("--from", metavar="SPEC", help="Begin as this spec.", autocompletion=complete_spec),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that there is.")] = False,
    allow: Allow = None,
    quiet: Quiet = False,
) -> None:
    """Write a first spec file with comments that say what may stand where, from scratch or from another spec."""
    from resspec.authoring.starter import starter, starter_from
    from resspec.training.writing import write_whole

    path = target(name)
    if path.exists() and not force:
        raise ResspecError.of("RS704", f"{path} is there already", remedy="choose another name, or add --force")
    limits = limits_of(allow)
    if base is None:
        text = starter(path.name)
    else:
        text = starter_from(path.name, seen_from(base, path, limits or LIMITS), resspec.load(base, limits=limits))
    write_whole(path, text.encode())
    if not quiet:
        typer.echo(f"wrote {path}")


def target(name: str) -> Path:
    """The file that is to be written."""
    path = Path(name if name.endswith(SUFFIXES) else f"{name}.yaml")
    if path.suffix == ".json":
        raise ResspecError.of("RS704", f"{name}: JSON takes no comments", remedy=f"write {path.with_suffix('.yaml')}")
    return path


def seen_from(base: str, path: Path, limits: Limits) -> str:
    """What `extends` says in a file to name a base; SpecError where the file may not extend it."""
    file = find(base)
    if base in shipped_specs() and file == shipped_specs()[base]:
        return base
    folder = path.absolute().parent.resolve()
    relative = Path(os.path.relpath(file.resolve(), folder)).as_posix()
    named(Entry(relative), folder, folder, limits)
    return relative


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples("resspec migrate mine.yaml", "resspec migrate nets/*.yaml --check"),
)
def migrate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Spec files.")],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 where a file is old.")] = False,
    quiet: Quiet = False,
) -> None:
    """Rewrite spec files for the current version of the language; comments and layout stay as they are."""
    from resspec.authoring.migration import migrated
    from resspec.training.writing import write_whole

    old = 0
    for file in files:
        read_document(file)  # says what is wrong with a file that is no text
        raw = file.read_bytes()
        mark = BOM if raw.startswith(BOM) else b""
        before = raw.removeprefix(BOM).decode()
        after = migrated(before, str(file), file.suffix == ".json")
        old += before != after
        if before != after and not check:
            write_whole(file, mark + after.encode())
        if not quiet:
            done = "is old" if check else "rewritten"
            typer.echo(f"{file}: {done if before != after else 'is current'}")
    if check and old:
        raise typer.Exit(NO)


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec schema > spec.schema.json",
        "resspec schema search > search.schema.json",
    ),
)
def schema(
    language: Annotated[
        Language, typer.Argument(help="What the files are that an editor is to check.")
    ] = Language.SPEC,
) -> None:
    """Print the JSON Schema (2020-12) that editors complete and check files by, installed plug-ins included.

    A file names it in its first line: `# yaml-language-server: $schema=spec.schema.json`."""
    if language is Language.SPEC:
        from resspec.authoring.schema import spec_schema

        print_json(spec_schema())
    else:
        from resspec.authoring.search_schema import search_schema

        print_json(search_schema())
