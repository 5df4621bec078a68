"""The verb that tells what a network costs: report."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import resspec
from resspec.cli.accounts import (
    Amp,
    AmpName,
    Checkpointing,
    Fits,
    Optimizer,
    OptimizerName,
    Reconcile,
    ShowFeatures,
    ShowLatency,
    ShowMemory,
    SpellingName,
    TableFile,
    put_features,
    put_fits,
    put_latency,
    put_memory,
    put_reconciled,
    setting_of,
)
from resspec.cli.arguments import Allow, AsJson, Overrides, complete_spec, limits_of
from resspec.cli.exits import NO
from resspec.cli.forms import Form, Output, put, put_data, put_sheet, put_zoo
from resspec.cli.verb import Verb, examples
from resspec.errors import ResspecError

if TYPE_CHECKING:
    from resspec.ir import Graph

PANEL = "Costs"

app = typer.Typer()


class Level(StrEnum):
    """What a row of a report stands for; the plurals mean the same."""

    OP = "op"
    BLOCK = "block"
    STAGE = "stage"
    PART = "part"
    LAYERS = "layers"
    BLOCKS = "blocks"
    STAGES = "stages"
    PARTS = "parts"


class ReportForm(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"


def named_or_all(context: typer.Context, spec: str | None) -> str | None:
    """The SPEC of a command line; only `--all` goes without."""
    if spec is None and not context.params.get("every"):
        raise typer.BadParameter("name a SPEC, or give --all")
    return spec


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec report resnet50",
        "resspec report resnet50 stages.3.depth=9 input=[3,160,160] --level block",
        "resspec report resnet50 --format html -o resnet50.html",
        "resspec report mine.yaml --json | jq .macs",
        "resspec report --all --format csv -o zoo.csv",
        "resspec report resnet50 --reconcile",
        "resspec report resnet50 --memory --batch 256 --optimizer adamw --amp bf16",
        "resspec report resnet50 --fits 24GB --batch 256",
    ),
)
def report(  # noqa: PLR0913, PLR0917  # the arguments of the command line
    spec: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEC", help="A shipped name or a file.", autocompletion=complete_spec, callback=named_or_all
        ),
    ] = None,
    overrides: Overrides = None,
    level: Annotated[
        Level, typer.Option("--level", "--by", metavar="[op|block|stage|part]", help="One row per what.")
    ] = Level.STAGE,
    form: Annotated[ReportForm, typer.Option("--format", help="How the report is written.")] = ReportForm.TABLE,
    output: Output = None,
    batch: Annotated[int, typer.Option(min=1, help="Count the work of so many images.")] = 1,
    every: Annotated[
        bool, typer.Option("--all", is_eager=True, help="Every shipped network, or those that match SPEC.")
    ] = False,
    reconcile: Reconcile = False,
    spelling: SpellingName = "resspec",
    features: ShowFeatures = False,
    memory: ShowMemory = False,
    fits: Fits = None,
    optimizer: OptimizerName = Optimizer.SGD,
    amp: AmpName = Amp.FP32,
    checkpointing: Checkpointing = False,
    latency: ShowLatency = False,
    table: TableFile = None,
    allow: Allow = None,
    as_json: AsJson = False,
) -> None:
    """Report exact params, buffers, macs, flops and activations, for one image or a batch; nothing is built."""
    form = ReportForm.JSON if as_json else form
    if every:
        report_all(spec, overrides or [], form, output)
        return
    assert spec is not None
    net = resspec.load(spec, *overrides or (), limits=limits_of(allow))
    setting = (batch, optimizer, amp, checkpointing)
    beside: tuple[tuple[object, Callable[[Graph], None]], ...] = (
        (reconcile, lambda graph: put_reconciled(graph, spelling, form.value, output)),
        (features, lambda graph: put_features(graph, form.value, output)),
        (latency or table, lambda graph: put_latency(graph, batch, table, form.value, output)),
        (fits, lambda graph: put_fits(graph, setting_of(*setting), fits or "", form.value, output)),
        (memory, lambda graph: put_memory(graph, setting_of(*setting), form.value, output)),
    )
    if asked := next((put_account for wanted, put_account in beside if wanted), None):
        asked(resspec.graph(net))
        return
    if form is ReportForm.HTML:
        from resspec.pages.html import page

        put(page(resspec.graph(net), batch), output)
        return
    found = resspec.report(net).for_batch(batch)
    if form is ReportForm.JSON:
        put_data(found.to_dict(), output)
        return
    from resspec.pages.levels import level_sheet

    put_sheet(level_sheet(found, level.value, whole=form is ReportForm.CSV), Form(form.value), output)


def report_all(pattern: str | None, overrides: list[str], form: ReportForm, output: Path | None) -> None:
    """The shipped networks with all costs; a first word with `=` is an override."""
    from resspec.analysis.cost import NAMES

    if form is ReportForm.HTML:
        raise ResspecError.of("RS703", "--all is no HTML page", remedy="give --format csv, markdown, json or table")
    if pattern and "=" in pattern:
        overrides, pattern = [pattern, *overrides], None
    names = resspec.list_specs(pattern or "*")
    if not names:
        typer.echo(f"no shipped network is called {pattern}", err=True)
        raise typer.Exit(NO)
    put_zoo(names, overrides, Form(form.value), output, NAMES)
