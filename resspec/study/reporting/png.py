"""The report of a search as a PNG, for a paper or a chat: front, history, hypervolume, importance.

It is drawn by matplotlib: plotly's own way to a PNG needs a whole browser beside it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from resspec.errors import SearchError
from resspec.spec.budgets import QUANTITIES
from resspec.study.figures import order
from resspec.study.reporting.charts import BLUE, COLORS, GREEN, GRID, ORANGE, PALE, VIOLET, cost_axis, shown, unit
from resspec.study.reporting.importance import Importance, importances
from resspec.study.reporting.page import plotted
from resspec.study.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES = (12, 8)
DOTS = 150
"""To an inch: 1800 x 1200 pixels."""


def png(result: Result) -> bytes:
    """The picture; SearchError without matplotlib, or before a trial is complete."""
    plotted(result)
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  # an extra, needed for this picture alone
    except ImportError:
        raise SearchError.of(
            "RS552", "a PNG report needs matplotlib, which is not installed", remedy="pip install 'resspec[report]'"
        ) from None
    figure = Figure(figsize=INCHES, dpi=DOTS, layout="constrained")
    figure.suptitle(f"{result.name}: {len(result.trials)} trials, {len(result.pareto)} on the front", weight="bold")
    places = figure.subplots(2, 2).ravel()
    for at in places:
        at.grid(color=GRID)
        at.set_axisbelow(True)
        at.spines[["top", "right"]].set_visible(False)
        at.spines[["bottom", "left"]].set_color(PALE)
    front(places[0], result)
    history(places[1], result)
    volume(places[2], result)
    importance(places[3], importances(result))
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def front(at: Axes, result: Result) -> None:
    """The main measure against the first cost of the axes."""
    cost = cost_axis(result)
    complete = [trial for trial in result.trials if trial.is_complete]
    roles = [
        (result.base, "base", ORANGE, "D"),
        (result.knee(), "knee", VIOLET, "s"),
        (result.best, "best", GREEN, "*"),
    ]
    groups = [(complete, "complete", PALE, "o", 22), (list(result.pareto), "front", BLUE, "o", 40)]
    groups += [([trial], name, color, mark, 110) for trial, name, color, mark in roles if trial and trial.is_complete]
    for trials, name, color, mark, size in groups:
        x, y = [trial.prices[cost] for trial in trials], [shown(result, trial) or 0.0 for trial in trials]
        at.scatter(x, y, s=size, c=color, marker=mark, label=name, edgecolors="white", linewidths=0.8, zorder=3)
    at.xaxis.set_major_formatter(lambda value, _: QUANTITIES[cost].short(round(value)))
    at.set(xlabel=cost, ylabel=f"validation {result.main}{unit(result)}", title="Front")
    at.legend(frameon=False, fontsize=9)


def history(at: Axes, result: Result) -> None:
    """The main measure in turn, and the best so far."""
    complete = [trial for trial in result.trials if trial.is_complete]
    main = {result.main: result.measures[result.main]}
    best = [min(complete[: n + 1], key=lambda t: order(t.figures, main)) for n in range(len(complete))]
    numbers = [trial.number for trial in complete]
    at.scatter(numbers, [shown(result, trial) or 0.0 for trial in complete], s=18, c=BLUE, alpha=0.5, linewidths=0)
    at.step(numbers, [shown(result, trial) or 0.0 for trial in best], where="post", color=GREEN, linewidth=2)
    at.set(xlabel="trial", title="History and best so far")


def volume(at: Axes, result: Result) -> None:
    """The hypervolume as a share of the box between worst and best."""
    shares = result.hypervolume().shares
    x, y = [number for number, _ in shares], [100 * share for _, share in shares]
    at.step(x, y, where="post", color=VIOLET, linewidth=2)
    at.fill_between(x, y, step="post", color=VIOLET, alpha=0.08)
    at.set(xlabel="trial", ylabel="% of the box", title="Hypervolume", ylim=(0, None))


def importance(at: Axes, found: Sequence[Importance]) -> None:
    """fANOVA's shares for each path and goal."""
    paths = sorted({path for one in found for path in one.fanova}, reverse=True)
    high = 0.8 / max(1, len(found))
    for place, one in enumerate(found):
        rows = [row + place * high for row in range(len(paths))]
        at.barh(rows, [100 * one.fanova.get(p, 0.0) for p in paths], high, color=COLORS[place % 5], label=one.goal)
    at.set_yticks([row + 0.4 - high / 2 for row in range(len(paths))], paths, fontsize=8)
    at.set(xlabel="% of the variance (fANOVA)", title="What matters")
    if found:
        at.legend(frameon=False, fontsize=9)
    else:
        at.text(0.5, 0.5, "too few trials", ha="center", transform=at.transAxes)
