"""Accuracy against cost as an SVG drawing: every trial a mark, the front a line, the base and the best by name. It is
laid out by hand: an SVG opens in any browser, stays sharp, tells each trial on hover, and asks for no plotting
library."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from optuna.trial import TrialState

from resspec.plot import BLUE, DARK, GREEN, GRID, ORANGE, PALE, SOFT, Axis, Ink, axis_over, sheet, text
from resspec.spec.budgets import shown
from resspec.study.figures import Measures, order
from resspec.study.result import Result
from resspec.study.trial import Trial
from resspec.study.words import is_share, judged_on, measured

WIDTH, HEIGHT = 860, 520
LEFT, RIGHT, TOP, BOTTOM = 70, 28, 74, 62
COST = "macs"


@dataclass(frozen=True, slots=True)
class Frame:
    """Both axes of the drawing."""

    x: Axis
    y: Axis
    main: str

    def at(self, trial: Trial) -> tuple[float, float]:
        """Where a trial lies."""
        return self.x.at(getattr(trial.costs, COST)), self.y.at(figure(self.main, trial))


def drawn(result: Result) -> str:
    """The drawing of a result with at least one complete trial."""
    complete = [trial for trial in result.trials if trial.is_complete]
    pruned = [trial for trial in result.trials if trial.state == TrialState.PRUNED]
    frame = Frame(
        axis_over([getattr(trial.costs, COST) for trial in complete + pruned], LEFT, WIDTH - RIGHT),
        axis_over([figure(result.main, trial) for trial in complete], HEIGHT - BOTTOM, TOP),
        result.main,
    )
    named = {trial.number for trial in (result.base, result.best) if trial}
    plain = [trial for trial in complete if trial.number not in named]
    parts = [*_title(result), *_grid(frame)]
    parts += [_dot(frame, trial, 3, "none", SOFT) for trial in pruned]
    steps = front(complete, result.measures)
    parts.append(_line(frame, steps))
    parts += [_dot(frame, trial, 4.5, BLUE if trial in steps else PALE, "white") for trial in plain]
    parts += _named(frame, result)
    parts += _legend(bool(pruned))
    return sheet(WIDTH, HEIGHT, parts)


def _title(result: Result) -> list[str]:
    """The name of the search, and under it what the held-out test says."""
    finished = [t for t in result.trials if t.state.is_finished()]
    line = f"{len(finished)} trials"
    if result.budgets:
        line += f" inside {' and '.join(result.budgets)}"
    verdict = result.verdict
    if verdict and "base" in verdict.test:
        best, base = verdict.test_accuracy(verdict.winner), verdict.test_accuracy("base")
        line += f" · {judged_on(result)[0]}: best {measured(result.main, best)}, base {measured(result.main, base)}"
    return [text(LEFT, 30, result.name, Ink(18, DARK, weight=600)), text(LEFT, 52, line, Ink(12.5))]


def _grid(frame: Frame) -> list[str]:
    """Lines and figures of both axes."""
    parts = []
    low, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    unit = " %" if is_share(frame.main) else ""
    for tick in frame.y.ticks(6):
        y = frame.y.at(tick)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{GRID}"/>')
        parts.append(text(LEFT - 10, y + 4, f"{tick:g}{unit}", Ink(anchor="end")))
    for tick in frame.x.ticks(7):
        x = frame.x.at(tick)
        parts.append(f'<path d="M{x:.1f} {low}v5" stroke="{SOFT}"/>')
        parts.append(text(x, low + 20, shown(round(tick)), Ink(anchor="middle")))
    parts.append(f'<path d="M{LEFT} {low}H{right}" stroke="{SOFT}"/>')
    name = Ink(12.5, DARK, "middle")
    parts.append(text((LEFT + right) / 2, HEIGHT - 16, f"{COST} of one image", name))
    middle = (TOP + low) / 2
    upright = text(18, middle, f"validation {frame.main} of the trial", name)
    parts.append(f'<g transform="rotate(-90 18 {middle})">{upright}</g>')
    return parts


def figure(main: str, trial: Trial) -> float:
    """The main measure as the drawing shows it."""
    return (100 if is_share(main) else 1) * (trial.score or 0.0)


def front(complete: list[Trial], measures: Measures) -> list[Trial]:
    """The trials that are better than every cheaper one, the cheapest first."""
    main = dict([next(iter(measures.items()))])
    steps: list[Trial] = []
    for trial in sorted(complete, key=lambda t: (getattr(t.costs, COST), *order(t.figures, main))):
        if not steps or order(trial.figures, main) < order(steps[-1].figures, main):
            steps.append(trial)
    return steps


def _line(frame: Frame, steps: list[Trial]) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(frame.at, steps))
    return f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-opacity="0.35" stroke-width="2"/>'


def _dot(frame: Frame, trial: Trial, radius: float, fill: str, stroke: str) -> str:
    x, y = frame.at(trial)
    mark = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{fill}" stroke="{stroke}"'
    return f"{mark}><title>{escape(told(trial, frame.main))}</title></circle>"


def _named(frame: Frame, result: Result) -> list[str]:
    """The base and the best, larger and with their names."""
    parts = []
    marks = [(result.base, "base", ORANGE), (result.best, "best", GREEN)]
    if result.base and result.best and result.base.number == result.best.number:
        marks = [(result.best, "base = best", GREEN)]
    for trial, name, colour in marks:
        if trial is None or trial.score is None:
            continue
        x, y = frame.at(trial)
        parts.append(_dot(frame, trial, 7, colour, "white"))
        to_left = x > WIDTH - RIGHT - 150
        label = f"{name} (trial {trial.number})"
        ink = Ink(13, colour, "end" if to_left else "start", 600, halo=True)
        parts.append(text(x - 12 if to_left else x + 12, y + 4.5, label, ink))
    return parts


def _legend(has_pruned: bool) -> list[str]:
    """What the marks mean, at the top right."""
    rows = [(BLUE, "white", "front"), (PALE, "white", "complete")]
    if has_pruned:
        rows.append(("none", SOFT, "pruned"))
    parts = []
    x = WIDTH - RIGHT - 84 * len(rows)
    for fill, stroke, name in rows:
        parts.append(f'<circle cx="{x}" cy="26" r="4.5" fill="{fill}" stroke="{stroke}"/>')
        parts.append(text(x + 10, 30, name, Ink()))
        x += 84
    return parts


def told(trial: Trial, main: str) -> str:
    """A trial in a line: number, accuracy, costs, values."""
    reached = measured(main, trial.score) if trial.score is not None else trial.state.name.lower()
    values = ", ".join(f"{path}={value}" for path, value in trial.params.items())
    return f"trial {trial.number}: {reached}, {trial.costs.macs:,} macs, {trial.costs.params:,} params; {values}"
