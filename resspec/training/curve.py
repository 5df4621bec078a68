"""How a training went, as an SVG drawing: loss and what leads the validation over the epochs, one below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from resspec.plot import BLUE, DARK, GRID, ORANGE, SOFT, Axis, Ink, axis_over, sheet, text
from resspec.training.epoch import Epoch

WIDTH, HEIGHT = 760, 580
LEFT, RIGHT, TOP, GAP, BOTTOM = 74, 130, 84, 46, 56
COLOURS = (BLUE, ORANGE, "#1a8754", "#8e44ad", "#c0392b", "#16808d")
Line = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes: what it shows, its lines by name, and whether dashes mark the second half of the names."""

    title: str
    lines: Mapping[str, Line]
    unit: str = ""


def curve(name: str, history: Sequence[Epoch]) -> str:
    """The drawing of one training."""
    judged = [(epoch.number, epoch.validation) for epoch in history if epoch.validation is not None]
    nats = not judged or judged[-1][1].in_nats
    loss = {"training": [(epoch.number, epoch.loss) for epoch in history]}
    panels, last = [Panel("loss (nats)" if nats else "loss", loss)], ""
    if judged:
        loss["validation"] = [(number, found.loss) for number, found in judged]
        shown = [(number, found.pictured()) for number, found in judged]
        title, last_value, unit = shown[-1][1]
        panels.append(Panel(title, {"validation": [(number, value) for number, (_, value, _) in shown]}, unit))
        last = f" · {last_value:.2f}{unit} validation {title} at the end"
    return drawn(name, f"{len(history)} epochs{last}", "epoch", panels)


def drawn(title: str, below: str, along: str, panels: Sequence[Panel]) -> str:
    """Panels one below the other on one axis of x."""
    parts = [text(LEFT, 28, title, Ink(18, DARK, weight=600)), text(LEFT, 48, below, Ink(12.5))]
    values = [x for panel in panels for line in panel.lines.values() for x, _ in line]
    x = Axis(min(values), max(*values, min(values) + 1), LEFT, WIDTH - RIGHT)
    high = (HEIGHT - TOP - BOTTOM - GAP * (len(panels) - 1)) / len(panels)
    for i, panel in enumerate(panels):
        top = TOP + i * (high + GAP)
        parts += panel_parts(panel, x, top, top + high)
    low = HEIGHT - BOTTOM
    for tick in x.ticks(8):
        parts.append(text(x.at(tick), low + 20, f"{tick:g}", Ink(anchor="middle")))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, along, Ink(12.5, DARK, "middle")))
    return sheet(WIDTH, HEIGHT, parts)


def panel_parts(panel: Panel, x: Axis, top: float, low: float) -> list[str]:
    """Grid, lines and names of one panel."""
    y = axis_over([value for line in panel.lines.values() for _, value in line], low, top)
    parts = [text(LEFT, top - 8, panel.title, Ink(12.5, DARK))]
    for tick in y.ticks(5):
        at = y.at(tick)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        parts.append(text(LEFT - 10, at + 4, f"{tick:g}{panel.unit}", Ink(anchor="end")))
    parts.append(f'<path d="M{LEFT} {low:.1f}H{WIDTH - RIGHT}" stroke="{SOFT}"/>')
    labels = spread([y.at(line[-1][1]) for line in panel.lines.values()])
    for (name, line), colour, place in zip(panel.lines.items(), COLOURS, labels, strict=False):
        points = " ".join(f"{x.at(a):.1f},{y.at(b):.1f}" for a, b in line)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(text(WIDTH - RIGHT + 8, place + 4, name, Ink(12, colour, weight=600)))
    return parts


def spread(places: Sequence[float], gap: float = 16) -> list[float]:
    """Places of labels, moved down until none covers another."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = list(places)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    return moved
