"""The charts of a report as plotly's own plain data: traces and layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optuna.trial import TrialState

from resspec.study.figures import order
from resspec.study.reporting.importance import Importance
from resspec.study.result import Result
from resspec.study.trial import Trial
from resspec.study.words import is_share, layout, measured

Chart = dict[str, Any]

LONGEST_TICK = 16
INK, SOFT, PALE, GRID = "#1f2933", "#627282", "#b6c4d3", "#e8ecf0"
BLUE, ORANGE, GREEN, VIOLET, RED = "#2563c9", "#d9730d", "#1a8754", "#7a4fc1", "#c2410c"
COLORS = (BLUE, ORANGE, VIOLET, GREEN, RED)
HIDDEN = "legendonly"
"""Pruned trials are shown on demand: they stopped far below the others and would flatten them."""
FONT = {"family": "Helvetica, Arial, 'Liberation Sans', sans-serif", "size": 13, "color": INK}


def charts(result: Result, importances: Sequence[Importance]) -> dict[str, Chart]:
    """Every chart that there is enough for, by the name of its place on the page."""
    complete = [trial for trial in result.trials if trial.is_complete]
    if not complete:
        return {}
    found = {"pareto": pareto(result), "history": history(result), "volume": volume(result)}
    if importances:
        found["importance"] = importance(importances)
    found["parallel"] = parallel(result, complete)
    return found


def shown(result: Result, trial: Trial) -> float | None:
    """The main measure as charts show it: shares in percent."""
    return None if trial.score is None else trial.score * (100 if is_share(result.main) else 1)


def unit(result: Result) -> str:
    """What stands behind a tick of the main measure."""
    return " %" if is_share(result.main) else ""


def hint(result: Result, trial: Trial) -> str:
    """What a mark tells on hover."""
    prices = trial.prices
    costs = ", ".join(f"{prices[name]:,} {name}" for name in ("params", "macs"))
    return f"<b>trial {trial.number}</b>  {measured(result.main, trial.score)}<br>{layout(trial)}<br>{costs}"


def marks(result: Result, trials: Sequence[Trial], name: str, marker: Chart, **more: Any) -> Chart:
    """A trace of trials over the first cost of the axes; `numbers` let the page move it over another cost."""
    cost = cost_axis(result)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [trial.prices[cost] for trial in trials],
        "y": [shown(result, trial) for trial in trials],
        "customdata": [trial.number for trial in trials],
        "text": [hint(result, trial) for trial in trials],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": marker,
        **more,
    }


def cost_axis(result: Result) -> str:
    """The cost that fronts are drawn over first."""
    return next((goal.name for goal in result.axes if goal.is_cost), "macs")


def pareto(result: Result) -> Chart:
    """The main measure against a cost: every trial, the front, and base, best and knee by name."""
    front = list(result.pareto)
    inside = {trial.number for trial in front}
    rest = [t for t in result.trials if t.is_complete and t.number not in inside]
    pruned = [t for t in result.trials if t.state == TrialState.PRUNED and t.score is not None]
    traces = [
        marks(result, pruned, "pruned", {"size": 7, "symbol": "circle-open", "color": PALE}, visible=HIDDEN),
        marks(result, rest, "complete", {"size": 8, "color": PALE, "line": {"width": 1, "color": "#ffffff"}}),
        marks(
            result,
            front,
            "front",
            {"size": 10, "color": BLUE, "line": {"width": 1.5, "color": "#ffffff"}},
            mode="lines+markers" if sum(goal.is_cost for goal in result.axes) == 1 else "markers",
            line={"color": "rgba(37,99,201,0.35)", "width": 2, "shape": "hv"},
        ),
    ]
    roles = [(result.base, "base", ORANGE, "diamond"), (result.knee(), "knee", VIOLET, "square")]
    for trial, name, color, symbol in [*roles, (result.best, "best", GREEN, "star")]:
        if trial is not None and trial.score is not None:
            line = {"width": 1.5, "color": "#ffffff"}
            traces.append(marks(result, [trial], name, {"size": 15, "color": color, "symbol": symbol, "line": line}))
    axes = {"xaxis": axis(cost_axis(result)), "yaxis": axis(f"validation {result.main}", unit(result))}
    return {"data": traces, "layout": plan(440, hovermode="closest", **axes)}


def history(result: Result) -> Chart:
    """The main measure of every trial in turn, and the best so far."""
    complete = [trial for trial in result.trials if trial.is_complete]
    pruned = [t for t in result.trials if t.state == TrialState.PRUNED and t.score is not None]
    main = {result.main: result.measures[result.main]}
    best, steps = None, []
    for trial in complete:
        best = trial if best is None or order(trial.figures, main) < order(best.figures, main) else best
        steps.append((trial.number, shown(result, best)))
    traces = [
        over_number(result, pruned, "pruned", {"size": 6, "symbol": "circle-open", "color": PALE})
        | {"visible": HIDDEN},
        over_number(result, complete, "complete", {"size": 7, "color": BLUE, "opacity": 0.55}),
        {
            "type": "scatter",
            "mode": "lines",
            "name": "best so far",
            "x": [number for number, _ in steps],
            "y": [figure for _, figure in steps],
            "line": {"color": GREEN, "width": 2.5, "shape": "hv"},
            "hovertemplate": "%{y:.4g}" + unit(result) + "<extra>best so far</extra>",
        },
    ]
    axes = {"xaxis": axis("trial", si=False), "yaxis": axis(f"validation {result.main}", unit(result))}
    return {"data": traces, "layout": plan(340, hovermode="closest", **axes)}


def over_number(result: Result, trials: Sequence[Trial], name: str, marker: Chart) -> Chart:
    """A trace of trials in turn."""
    return marks(result, trials, name, marker) | {"x": [trial.number for trial in trials]}


def volume(result: Result) -> Chart:
    """The hypervolume after each complete trial, as a share of the box between the worst and the best values."""
    held = result.hypervolume()
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [number for number, _ in held.shares],
        "y": [100 * share for _, share in held.shares],
        "line": {"color": VIOLET, "width": 2.5, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": "rgba(122,79,193,0.08)",
        "hovertemplate": "after trial %{x}: %{y:.2f} %<extra></extra>",
    }
    axes = {"xaxis": axis("trial", si=False), "yaxis": axis("share of the box", " %") | {"rangemode": "tozero"}}
    return {"data": [trace], "layout": plan(340, **axes)}


def importance(found: Sequence[Importance]) -> Chart:
    """fANOVA's shares of the variance, a bar for each path and goal, in the order of the space."""
    paths = sorted({path for one in found for path in one.fanova}, reverse=True)
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": one.goal,
            "y": paths,
            "x": [100 * one.fanova.get(path, 0.0) for path in paths],
            "customdata": [100 * one.ped_anova.get(path, 0.0) for path in paths],
            "marker": {"color": COLORS[place % len(COLORS)]},
            "hovertemplate": "%{y}<br>fANOVA %{x:.1f} %, PED-ANOVA %{customdata:.1f} %<extra>" + one.goal + "</extra>",
        }
        for place, one in enumerate(found)
    ]
    axes = {"xaxis": axis("share of the variance", " %"), "yaxis": {"automargin": True, "tickfont": {"size": 12}}}
    height = max(340, 90 + len(paths) * (12 + 12 * len(found)))
    return {"data": traces, "layout": plan(height, barmode="group", bargap=0.25, **axes)}


def parallel(result: Result, complete: Sequence[Trial]) -> Chart:
    """Every complete trial as a line through its values, costs and main measure."""
    columns = [dimension(path, complete) for path in complete[0].params]
    costs = dict.fromkeys(["params", "macs", *(g.name for g in result.axes if g.is_cost)])
    columns += [
        {"label": name, "values": [trial.prices[name] for trial in complete], "tickformat": ".3s"} for name in costs
    ]
    scores = [shown(result, trial) for trial in complete]
    columns.append({"label": result.main, "values": scores, "tickformat": ".4g"})
    better = result.measures[result.main] == "maximize"
    line = {"color": scores, "colorscale": "Viridis", "reversescale": better, "showscale": False}
    trace = {"type": "parcoords", "dimensions": columns, "line": line, "labelangle": -18, "labelside": "top"}
    return {"data": [trace], "layout": plan(420) | {"margin": {"l": 100, "r": 60, "t": 90, "b": 30}}}


def dimension(path: str, trials: Sequence[Trial]) -> Chart:
    """One value of the space as an axis; what is no number by its place in the list."""
    values = [trial.params[path] for trial in trials]
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        ticks = sorted(set(values))
        return {"label": path, "values": values, **({"tickvals": ticks} if len(ticks) <= 12 else {})}
    labels = sorted({str(value) for value in values})
    places = [labels.index(str(value)) for value in values]
    named = {"tickvals": list(range(len(labels))), "ticktext": [short(label) for label in labels]}
    return {"label": path, "values": places, **named}


def short(label: str) -> str:
    """A part's name that fits between two axes: `inv…(6.0,5)` for `inverted-residual(ratio=6.0,kernel=5)`."""
    kind, bracket, said = label.rstrip(")").partition("(")
    if len(label) <= LONGEST_TICK or not bracket:
        return label
    return f"{kind[:3]}…({','.join(word.rpartition('=')[2] for word in said.split(','))})"


def axis(title: str, suffix: str = "", *, si: bool = True) -> Chart:
    """A quiet axis; figures with three digits and a unit's letter."""
    tick = {"ticksuffix": suffix} if suffix else ({"tickformat": "~s"} if si else {})
    head = {"title": {"text": title, "standoff": 12}, "gridcolor": GRID, "zeroline": False, "automargin": True}
    return head | {"linecolor": PALE} | tick


def plan(height: int, **more: Any) -> Chart:
    """The layout that all charts share."""
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    ground = {"paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff"}
    margin = {"l": 64, "r": 18, "t": 34, "b": 52}
    return {"height": height, "font": FONT, "legend": legend, "margin": margin, **ground, **more}
