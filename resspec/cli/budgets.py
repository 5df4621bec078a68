"""The verb that judges: check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import resspec
from resspec.cli.arguments import Allow, AsJson, Overrides, Quiet, Spec, limits_of
from resspec.cli.exits import NO
from resspec.cli.forms import Form, Output, form_of, put_data, put_sheets
from resspec.cli.verb import Verb, examples
from resspec.errors import BudgetError

if TYPE_CHECKING:
    from resspec.ir import Graph
    from resspec.pages.sheet import Cell, Sheet
    from resspec.spec.budgets import Budget
    from resspec.spec.net import NetSpec

PANEL = "Costs"
WRITTEN = re.compile(r"\s*([A-Za-z_]+)\s*(?:[:=]\s*(?![<>]=)|[:=]?\s*(?=[<>]=))(\S.*)\Z")
"""A budget on the command line: a cost, then a bound (`macs<=4G`), or `=` or `:` and anything that a spec may say."""

app = typer.Typer()


@app.command(
    cls=Verb,
    rich_help_panel=PANEL,
    epilog=examples(
        "resspec check mine.yaml",
        "resspec check resnet50 --budget 'params<=26M' --budget 'macs<=110% of resnet34'",
        "resspec check mine.yaml --format markdown > comment.md",
    ),
)
def check(  # noqa: PLR0913, PLR0917  # the arguments of the command line
    spec: Spec,
    overrides: Overrides = None,
    budget: Annotated[
        list[str] | None,
        typer.Option("--budget", "-b", metavar="BUDGET", help="A budget besides the spec's own: 'macs<=4G'."),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How the table is written.")] = Form.TABLE,
    output: Output = None,
    allow: Allow = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check a network against budgets: those in its spec and those given here; exit code 1 where one is broken."""
    net = resspec.load(spec, *overrides or (), limits=limits_of(allow))
    from resspec.analysis.figures import FIGURES
    from resspec.spec.budgets import COSTS

    budgets = [*budgets_of(net), *budgets_given(budget or [])]
    if not budgets:
        remedy = "write `budgets:` into it, or add --budget 'params<=25M' to the command"
        raise BudgetError.of("RS405", f"{net.name} carries no budgets", remedy=remedy)
    graph = resspec.graph(net)
    checked = [(one, FIGURES[one.cost](graph)) for one in budgets]
    holds = all(one.holds(value) for one, value in checked)
    form = form_of(form, as_json=as_json)
    if form is Form.JSON:
        put_data(
            {"name": graph.facts.name, "holds": holds, "budgets": [row(*one) for one in checked]}, output, quiet=True
        )
    elif not quiet:
        broken = list(dict.fromkeys(one.cost for one, value in checked if not one.holds(value) and one.cost in COSTS))
        sheets = [verdicts(graph.facts.name, checked), *([by_stage(graph, broken)] if broken else [])]
        put_sheets(sheets, form, output)
    if not holds:
        raise typer.Exit(NO)


def row(budget: Budget, value: int) -> dict[str, object]:
    """A verdict as plain data; figures are counts, bytes or nanoseconds."""
    over = budget.over(value)
    return {"budget": str(budget), "cost": budget.cost, "value": value, "holds": budget.holds(value), "over": over}


def verdicts(name: str, checked: Sequence[tuple[Budget, int]]) -> Sheet:
    """A row for each budget: what is asked, what the network costs, and by how much it misses."""
    from resspec.pages.sheet import Sheet
    from resspec.spec.budgets import COSTS, QUANTITIES

    rows: list[tuple[Cell, ...]] = []
    for budget, value in checked:
        missed, exact = budget.over(value), QUANTITIES[budget.cost].exact
        figures: tuple[Cell, Cell] = (value, missed) if budget.cost in COSTS else (exact(value), exact(missed))
        verdict, off = ("broken", figures[1]) if missed else ("holds", "")
        share = f"{100 * budget.excess(value):.2f} %" if missed else ""
        rows.append((verdict, str(budget), budget.text, figures[0], off, share))
    broken = sum(row[0] == "broken" for row in rows)
    title = f"{name}: {broken} of {len(rows)} budgets broken" if broken else f"{name}: all {len(rows)} budgets hold"
    return Sheet(title, ("verdict", "budget", "written", "value", "off by", "share"), rows, words=3)


def by_stage(graph: Graph, costs: Sequence[str]) -> Sheet:
    """Where the costs are whose budgets are broken."""
    from resspec.analysis.report import report_of
    from resspec.pages.sheet import Sheet

    found = report_of(graph)
    header = ("stage", *(word for cost in costs for word in (cost, "share")))
    rows: list[tuple[Cell, ...]] = []
    for stage in found.stages:
        values = [(getattr(stage, cost), getattr(found, cost)) for cost in costs]
        shares = [(part, f"{100 * part / max(1, whole):.1f} %") for part, whole in values]
        rows.append((stage.name, *(cell for pair in shares for cell in pair)))
    foot = tuple(cell for cost in costs for cell in (getattr(found, cost), ""))
    return Sheet("where it is", header, rows, ("total", *foot))


def budgets_of(net: NetSpec) -> list[Budget]:
    """The budgets that a spec carries."""
    from resspec.analysis.figures import FIGURES
    from resspec.spec.budgets import read_budget
    from resspec.spec.loading import named

    def cost_of(cost: str, name: str) -> int:
        entry = root.nearest(("budgets", cost))
        folder = Path(entry.mark.file).resolve().parent if entry.mark else Path.cwd()
        other = named(replace(entry, value=name), folder, folder, net.origin.limits)
        return FIGURES[cost](resspec.graph(other))

    root = net.origin.root
    return [
        read_budget(cost, written, cost_of, root.nearest(("budgets", cost)).mark)
        for cost, written in (net.budgets or {}).items()
    ]


def budgets_given(texts: Sequence[str]) -> list[Budget]:
    """The budgets of a command line."""
    from resspec.analysis.figures import FIGURES
    from resspec.spec.budgets import read_budget

    def cost_of(cost: str, name: str) -> int:
        return FIGURES[cost](resspec.graph(name))

    found = []
    for text in texts:
        match = WRITTEN.match(text)
        if match is None:
            message = f"{text!r} is no budget"
            remedy = (
                "name a cost and its bound: 'params<=25M', 'macs<=60% of resnet50', 'memory<=200MB', 'latency<=12ms'"
            )
            raise BudgetError.of("RS402", message, remedy=remedy)
        found.append(read_budget(match[1], match[2].strip(), cost_of))
    return found
