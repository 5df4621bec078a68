"""Verbs that tell what a network costs: report, check."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, AsJson, Overrides, Quiet, Spec, limits_of
from resspec.cli.exits import NO
from resspec.cli.printing import Table, print_table, size
from resspec.cli.verb import Verb, examples, print_json
from resspec.errors import BudgetError

if TYPE_CHECKING:
    from resspec.spec.budgets import Budget
    from resspec.spec.net import NetSpec

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


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec report resnet50",
        "resspec report resnet50 stages.3.depth=9 input=[3,160,160] --level block",
        "resspec report resnet50 --format html -o resnet50.html",
        "resspec report mine.yaml --json | jq .macs",
        "resspec report --all --format csv -o zoo.csv",
    ),
)
def report(  # noqa: PLR0913  # the arguments of the command line
    spec: Annotated[
        str | None, typer.Argument(metavar="SPEC", help="A shipped name or a file.", autocompletion=complete_spec)
    ] = None,
    overrides: Overrides = None,
    level: Annotated[
        Level, typer.Option("--level", "--by", metavar="[op|block|stage|part]", help="One row per what.")
    ] = Level.STAGE,
    form: Annotated[ReportForm, typer.Option("--format", help="How the report is written.")] = ReportForm.TABLE,
    output: Output = None,
    batch: Annotated[int, typer.Option(min=1, help="Count the work of so many images.")] = 1,
    every: Annotated[bool, typer.Option("--all", help="Every shipped network, or those that match SPEC.")] = False,
    as_json: AsJson = False,
) -> None:
    """Report exact params, buffers, macs, flops and activations, for one image or a batch; nothing is built."""
    form = ReportForm.JSON if as_json else form
    if every:
        report_all(spec, overrides or [], form, output)
        return
    if spec is None:
        raise ResspecError.of("RS703", "there is no SPEC to report", remedy="name one, or give --all")
    net = resspec.load(spec, *overrides or ())
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
        pattern, overrides = None, [pattern, *overrides]
    names = resspec.list_specs(pattern or "*")
    if not names:
        typer.echo(f"no shipped network is called {pattern}", err=True)
        raise typer.Exit(NO)
    put_zoo(names, overrides, Form(form.value), output, NAMES)


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec check mine.yaml",
        "resspec check resnet50 'budgets.params=<= 26M' 'budgets.macs=<= 110% of resnet34'",
    ),
)
def check(
    spec: Spec, overrides: Overrides = None, allow: Allow = None, as_json: AsJson = False, quiet: Quiet = False
) -> None:
    """Check a network against the budgets in its spec; exit code 1 where one is broken."""
    net = resspec.load(spec, *overrides or (), limits=limits_of(allow))
    found = resspec.report(net)
    checked = [(budget, getattr(found, budget.cost)) for budget in budgets(net)]
    holds = all(budget.holds(value) for budget, value in checked)
    if as_json:
        rows = [{"budget": str(b), "cost": b.cost, "value": value, "holds": b.holds(value)} for b, value in checked]
        print_json({"name": found.name, "holds": holds, "budgets": rows})
    elif not quiet:
        for budget, value in checked:
            typer.echo(f"{budget}: {value:,}, {'holds' if budget.holds(value) else 'broken'}")
    if not holds:
        raise typer.Exit(NO)


def budgets(net: NetSpec) -> list[Budget]:
    """The budgets that a spec carries; BudgetError where it carries none."""
    from resspec.spec.budgets import read_budget
    from resspec.spec.loading import named

    if not net.budgets:
        remedy = "write `budgets:` into it, or add 'budgets.params=<= 25M' to the command"
        raise BudgetError.of("RS405", f"{net.name} carries no budgets", remedy=remedy)

    def cost_of(cost: str, name: str) -> int:
        entry = root.nearest(("budgets", cost))
        folder = Path(entry.mark.file).resolve().parent if entry.mark else Path.cwd()
        other = named(replace(entry, value=name), folder, folder, net.origin.limits)
        return int(getattr(resspec.report(other).costs, cost))

    root = net.origin.root
    return [
        read_budget(cost, written, cost_of, root.nearest(("budgets", cost)).mark)
        for cost, written in net.budgets.items()
    ]
