"""The report of a search as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from resspec.compile import compile_spec
from resspec.errors import SearchError
from resspec.export.drawing import draw
from resspec.spec.budgets import QUANTITIES, shown
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.reporting.charts import charts
from resspec.study.reporting.importance import Importance, importances
from resspec.study.reporting.summary import budgets_of, counts, front_sheet, marked, uses
from resspec.study.result import Result
from resspec.study.trial import Trial
from resspec.study.words import duration, layout, measured, so_many, verdict_lines

DRAWN = 6
"""Networks that are drawn: base, best, knee, then others of the front."""


def page(result: Result) -> str:
    """The page; SearchError without plotly, or before a trial is complete."""
    plotted(result)
    library = plotly()
    found = importances(result)
    body = "\n".join(
        (
            *head(result),
            *tiles(result),
            *pareto(result),
            *pair(result, found),
            *parallel(),
            *networks(result),
            *table(result),
        )
    )
    style, script = resource("page.css"), resource("page.js")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(result.name)}: search report</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n"
        f'<script id="data" type="application/json">{data(result, found)}</script>\n'
        f"<script>{library}</script>\n<script>\n{script}</script>\n</body>\n</html>\n"
    )


def plotted(result: Result) -> None:
    """SearchError before there is anything to draw."""
    if not any(trial.is_complete for trial in result.trials):
        raise SearchError.of("RS504", f"{result.name}: no trial is complete yet", remedy="let the search go on")


def plotly() -> str:
    """The source of plotly.js; SearchError where it is not installed."""
    try:
        from plotly.offline import get_plotlyjs  # noqa: PLC0415  # an extra, needed for this page alone
    except ImportError:
        raise SearchError.of(
            "RS552", "an HTML report needs plotly, which is not installed", remedy="pip install 'resspec[report]'"
        ) from None
    return str(get_plotlyjs())


def resource(name: str) -> str:
    """The text of a file beside this one."""
    return files("resspec.study.reporting").joinpath(name).read_text(encoding="utf-8")


def data(result: Result, found: Sequence[Importance]) -> str:
    """What the page's script reads: the charts, and the spec and costs of every trial that has a mark."""
    trials = {str(t.number): entry(result, t) for t in result.trials if t.score is not None}
    text = json.dumps({"name": result.name, "charts": charts(result, found), "trials": trials}, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def entry(result: Result, trial: Trial) -> dict[str, Any]:
    """A trial as the page shows it when it is chosen."""
    return {
        "title": marked(result, trial),
        "about": about(result, trial),
        "costs": trial.prices,
        "spec": spec_text(result, trial),
    }


def spec_text(result: Result, trial: Trial) -> str:
    """The complete spec file of a trial."""
    return f"# {result.name}, trial {trial.number}: {about(result, trial)}\n{named(result, trial).to_yaml()}"


def named(result: Result, trial: Trial) -> NetSpec:
    """The spec of a trial under a name of its own."""
    return load_spec(trial.spec, name=f"{result.name}_{trial.number}")


def about(result: Result, trial: Trial) -> str:
    """What a trial reached and costs, in a line."""
    costs = ", ".join(f"{written(name, trial.prices[name])} {name}" for name in trial.prices if name in QUANTITIES)
    return f"{measured(result.main, trial.score)} validation {result.main}; {costs}"


def written(cost: str, value: int) -> str:
    """A cost to three digits and its unit."""
    return QUANTITIES[cost].short(value)


def head(result: Result) -> Iterator[str]:
    """Name, what was asked, and what the last comparison says."""
    goals = ", ".join(f"{goal.direction} {goal.name}" for goal in result.goals)
    inside = f" inside {' and '.join(result.budgets)}" if result.budgets else ""
    yield f"<header><h1>{escape(result.name)}</h1>"
    yield f'<p class="about">{escape(goals)}{escape(inside)}</p>'
    for line in verdict_lines(result):
        yield f'<p class="verdict">{escape(line)}</p>'
    yield "</header>"


def tiles(result: Result) -> Iterator[str]:
    """The figures at a glance."""
    ended = counts(result)
    total = sum(ended.values())
    spent = sum(trial.seconds for trial in result.trials)
    states = ", ".join(f"{count} {state}" for state, count in ended.items())
    yield '<div class="tiles">'
    yield tile("trials", str(total), states)
    best = result.best
    if best:
        name = f"best {result.main}" if len(result.goals) == 1 else f"{result.main} of the best compromise"
        yield tile(name, measured(result.main, best.score), f"trial {best.number}: {layout(best)}")
    shares = result.hypervolume().shares
    held = f"holds {100 * shares[-1][1]:.1f} % of the box between worst and best" if shares else ""
    yield tile("front", so_many(len(result.pareto)), held)
    yield tile("measured for", duration(spent), f"{duration(spent / max(1, total))} a trial")
    for use in uses(result, best) if best else []:
        share = 100 * use.share
        bar = f'<i class="use"><b style="width:{min(100.0, share):.1f}%"></b></i>'
        yield tile(f"{use.budget.cost} of the best", f"{share:.1f} %", f"of {use.budget}", bar)
    yield "</div>"


def tile(name: str, figure: str, below: str, extra: str = "") -> str:
    """One figure with its name and what explains it."""
    return f"<div>{escape(name)}<b>{escape(figure)}</b>{extra}<span>{escape(below)}</span></div>"


def pareto(result: Result) -> Iterator[str]:
    """The front, with a choice of the cost it is drawn over, and the network that was chosen on it."""
    names = dict.fromkeys(name for t in result.trials for name in t.prices if name in QUANTITIES)
    options = "".join(f"<option>{escape(name)}</option>" for name in names)
    axes = " and ".join(goal.name for goal in result.axes)
    yield f"<section><h2>Front over {escape(axes)}</h2>"
    yield f'<label class="pick">cost <select id="cost">{options}</select></label>'
    yield '<div class="split"><div id="pareto"></div>'
    yield (
        '<aside id="chosen"><p class="hint">Click a mark for its spec.</p><h3></h3><p class="line"></p><pre></pre>'
        '<p class="acts"><button data-act="copy">copy</button><button data-act="save">download</button></p></aside>'
    )
    yield "</div></section>"


def pair(result: Result, found: Sequence[Importance]) -> Iterator[str]:
    """History beside hypervolume, then importance."""
    reference = ", ".join(f"{name} {_corner(name, value)}" for name, value in result.hypervolume().reference.items())
    yield '<div class="pair"><section><h2>History</h2><div id="history"></div></section>'
    yield f'<section><h2>Hypervolume</h2><p class="note">from {escape(reference)}</p>'
    yield '<div id="volume"></div></section></div>'
    if found:
        yield (
            "<section><h2>What matters</h2>"
            '<p class="note">Share of the variance of each goal over the space (fANOVA); on hover also what sets the'
            ' best tenth apart (PED-ANOVA).</p><div id="importance"></div></section>'
        )


def _corner(name: str, value: float) -> str:
    return shown(round(value)) if name in QUANTITIES else f"{value:.4g}"


def parallel() -> Iterator[str]:
    """All trials over all values."""
    yield (
        '<section><h2>Every trial</h2><p class="note">A line for each complete trial, darker the better; drag along an'
        ' axis to keep a range.</p><div id="parallel"></div></section>'
    )


def networks(result: Result) -> Iterator[str]:
    """The best networks, drawn, with their specs."""
    chosen: dict[int, Trial] = {}
    for trial in (result.best, result.knee(), result.base, *reversed(result.pareto)):
        if trial is not None and len(chosen) < DRAWN:
            chosen.setdefault(trial.number, trial)
    yield '<section><h2>Networks</h2><div class="cards">'
    for trial in chosen.values():
        drawing = draw(compile_spec(named(result, trial)), "stage", "svg", "macs").replace(
            'id="', f'id="t{trial.number}-'
        )
        drawing = drawing.replace("url(#", f"url(#t{trial.number}-")
        yield f'<article id="network-{trial.number}"><h3>{escape(marked(result, trial))}</h3>'
        yield f'<p class="line">{escape(about(result, trial))}</p><div class="drawing">{drawing}</div>'
        yield f"<details><summary>spec</summary><pre>{escape(spec_text(result, trial))}</pre></details>"
        yield f'<p class="acts"><button data-save="{trial.number}">download</button></p></article>'
    yield "</div></section>"


def table(result: Result) -> Iterator[str]:
    """The front in figures, the base beside it."""
    sheet = front_sheet(result)
    yield '<section><h2>Figures</h2><div class="wide"><table><thead><tr>'
    yield from (f"<th>{escape(name)}</th>" for name in sheet.header)
    yield "</tr></thead><tbody>"
    for cells in sheet.texts():
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    budgets = ", ".join(str(budget) for budget in budgets_of(result))
    note = f"{sheet.note}. Budgets: {budgets or 'none'}."
    yield f'</tbody></table></div><p class="note">{escape(note)}</p></section>'
