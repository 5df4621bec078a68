"""The application: all verbs under one name."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import resspec
from resspec.cli import (
    authoring,
    bringing,
    budgets,
    comparing,
    costs,
    drawings,
    exports,
    generators,
    networks,
    parts,
    predictions,
    searches,
    specs,
    timing,
    trainings,
    validation,
)
from resspec.cli.verb import examples

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "resspec report resnet50",
        "resspec show resnet50 stages.3.depth=9 > mine.yaml",
        "resspec search run digits",
    ),
)
for verbs in (
    specs,
    validation,
    comparing,
    authoring,
    parts,
    drawings,
    costs,
    budgets,
    timing,
    networks,
    bringing,
    exports,
    trainings,
    predictions,
    generators,
):
    app.add_typer(verbs.app)
app.add_typer(searches.app, name="search", rich_help_panel="Search")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"resspec {resspec.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but answers.")] = False,
) -> None:
    """Residual networks as spec files: exact costs, PyTorch modules, searches under hard budgets.

    A SPEC is the name of a shipped network or a file. Changes follow it as PATH=VALUE; stages count from 1.
    """
