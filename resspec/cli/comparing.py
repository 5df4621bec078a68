"""The verb that compares: diff."""

from __future__ import annotations

from typing import Annotated

import typer

import resspec
from resspec.cli.arguments import AsJson, Overrides, Quiet, Spec
from resspec.cli.exits import NO
from resspec.cli.printing import Table, print_table
from resspec.cli.verb import Verb, examples, print_json

PANEL = "Read specs"

app = typer.Typer()


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec diff resnet50 resnet50d",
        "resspec diff main/mine.yaml mine.yaml --markdown > comment.md",
        "resspec diff resnet50 resnet50 stages.3.depth=9 gate=se",
    ),
)
def diff(
    first: Spec,
    second: Spec,
    overrides: Overrides = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")] = False,
    latency: Annotated[
        bool, typer.Option("--latency", help="Compare latency too, predicted from the calibrated table.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show what two specs differ in, value by value, and what it costs, stage by stage.

    Changes are laid over the second spec. Exit code 0 where they are the same network, 1 where they are not."""
    from resspec.authoring.difference import difference, moves
    from resspec.spec.budgets import COSTS

    measured = ("memory", "latency") if latency else ("memory",)
    found = difference(resspec.load(first), resspec.load(second, *overrides or ()), measured)
    if as_json:
        print_json(found.to_dict())
    elif markdown:
        typer.echo(found.markdown(), nl=False)
    elif not quiet:
        if found.changes:
            typer.echo("\n".join(map(str, found.changes)) + "\n")
        title = " -> ".join(found.names) + (": the same network" if found.same else "")
        rows = [(step.name, *moves(step)) for step in found.stages]
        note = "\n".join(f"{measure.name}: {measure}" for measure in found.measures)
        print_table(Table(title, ("stage", *COSTS), rows, ("total", *moves(found.total))), note)
    if not found.same:
        raise typer.Exit(NO)
