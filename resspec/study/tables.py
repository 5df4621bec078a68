"""The end of a search: the best networks against the base, as a table on a terminal and as aligned text elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from resspec.pricing import Pricer
from resspec.spec.budgets import QUANTITIES
from resspec.study.figures import order
from resspec.study.joining import TOTAL
from resspec.study.reporting.summary import STATES, uses
from resspec.study.result import Result
from resspec.study.trial import Trial
from resspec.study.verdict import Contender
from resspec.study.words import (
    failure_lines,
    file_lines,
    layout,
    measured,
    percent,
    running_lines,
    so_many,
    stages,
    verdict_lines,
)

SHOWN = 5
HEADER = ("network", "stages", "params", "macs", "validation", "retrained", "test")


def print_result(console: Console, result: Result) -> None:
    """Table, verdict and files; a rich table where the console is a terminal that has room for it."""
    rows = rows_of(result)
    widths = [max(len(row[column]) for row in (HEADER, *rows)) for column in range(len(HEADER))]
    console.print(summary(result), highlight=False)
    for line in failure_lines(result):
        console.print(line, highlight=False, soft_wrap=True)
    if console.is_terminal and console.width >= sum(widths) + 3 * len(widths) + 1:
        console.print(_table(rows))
    else:
        for row in (HEADER, *rows):
            console.print(_aligned(row, widths), highlight=False, soft_wrap=True)
    for line in (*verdict_lines(result), *file_lines(result)):
        console.print(line, highlight=False, soft_wrap=True)


def standing(result: Result) -> str:
    """How far a search has come: how its trials ended, and the best so far."""
    if result.best is None:
        return summary(result)
    what = "best" if len(result.goals) == 1 else "best compromise"
    return f"{summary(result)}, {what} {measured(result.main, result.best.score)} (trial {result.best.number})"


def status_lines(result: Result) -> list[str]:
    """Standing, front and how near the best and the front are to each budget."""
    total = result.study.user_attrs.get(TOTAL)
    lines = [standing(result)]
    if total is not None and len(result.trials) < total:
        lines.append(f"{total - len(result.trials)} trials to the total of {total}")
    lines += [*running_lines(result), *failure_lines(result)]
    if result.pareto:
        axes = ", ".join(goal.name for goal in result.axes)
        share = 100 * result.hypervolume().shares[-1][1]
        lines.append(f"front over {axes}: {so_many(len(result.pareto))}, {share:.1f} % of the box from worst to best")
    for use in uses(result, result.best) if result.best else []:
        values = [trial.prices[use.budget.cost] for trial in result.pareto]
        short = QUANTITIES[use.budget.cost].short
        spread = f"; front {short(min(values))} to {short(max(values))}" if values else ""
        lines.append(f"{use.budget}: best uses {100 * use.share:.1f} % ({short(use.value)}){spread}")
    return lines


def summary(result: Result) -> str:
    """How many trials ended how."""
    counts = [f"{result.count(state)} {name}" for state, name in STATES.items() if result.count(state)]
    return ", ".join(
        [f"{result.name}: {len(result.trials)} {'trial' if len(result.trials) == 1 else 'trials'}", *counts]
    )


def rows_of(result: Result) -> list[tuple[str, ...]]:
    """The base, then the best: name, stages, costs, accuracy in the trial, mean accuracy when trained again, test."""
    base = result.base.number if result.base else None
    best = sorted((t for t in result.ranked() if t.number != base), key=lambda t: _order(result, t))[:SHOWN]
    base_row = [_row(result, result.base)] if result.base else _outside(result)
    return base_row + [_row(result, trial) for trial in best]


def _outside(result: Result) -> list[tuple[str, ...]]:
    """The row of a base that is no trial, but was trained beside the best in the end."""
    again = next((c for c in result.verdict.contenders if c.number is None), None) if result.verdict else None
    if again is None or result.verdict is None:
        return []
    spec = result.base_spec
    costs = Pricer(spec).price({})
    tested = (
        measured(result.main, result.verdict.test_accuracy(again.name)) if again.name in result.verdict.test else ""
    )
    figures = (f"{costs.params:,}", f"{costs.macs:,}", percent(None), measured(result.main, again.figures.main), tested)
    return [("base", stages(spec), *figures)]


def _order(result: Result, trial: Trial) -> tuple[float, ...]:
    """Networks that were trained again come first, the most accurate first."""
    again = contender_of(result, trial)
    return (0, *order(again.figures, result.preference)) if again else (1,)


def contender_of(result: Result, trial: Trial) -> Contender | None:
    """A trial's part in the last comparison."""
    contenders = result.verdict.contenders if result.verdict else ()
    return next((contender for contender in contenders if contender.number == trial.number), None)


def _row(result: Result, trial: Trial) -> tuple[str, ...]:
    again = contender_of(result, trial)
    test = result.verdict.test if result.verdict else {}
    name = "base" if result.base and trial.number == result.base.number else f"trial {trial.number}"
    if result.best and trial.number == result.best.number:
        name += " *"
    tested = (
        measured(result.main, result.verdict.test_accuracy(again.name))
        if result.verdict and again and again.name in test
        else ""
    )
    figures = (f"{trial.costs.params:,}", f"{trial.costs.macs:,}", measured(result.main, trial.score))
    return (name, layout(trial), *figures, measured(result.main, again.figures.main) if again else "", tested)


def _table(rows: list[tuple[str, ...]]) -> Table:
    table = Table(caption="* the best; retrained: mean validation accuracy over the final runs", caption_justify="left")
    for place, name in enumerate(HEADER):
        table.add_column(name, justify="left" if place < 2 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row, style="bold green" if row[0].endswith("*") else None)
    return table


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    words = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    figures = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
    return "  ".join(words + figures).rstrip()
