"""The zooms of blocks and operations: stages as columns from left to right, their blocks from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from resspec.export.drawing import paint
from resspec.export.drawing.frame import LEADING, SIGN, Placed, Route, card_lines, framed, heading_of, measure, moved
from resspec.export.drawing.heat import Heat
from resspec.export.drawing.labels import short, sides
from resspec.export.drawing.legend import legend, line_style
from resspec.export.drawing.long import Long, longs
from resspec.export.drawing.scene import Box, Scene

MARGIN = 24.0
BETWEEN = 44.0
"""Between columns."""
HEAD = 62.0
LANE = 10.0
"""Between long skips."""
INK: dict[str, str | float] = {"stroke": "#444444", "stroke_width": 1.3}


def columns(scene: Scene, heat: Heat) -> str:
    """The drawing as SVG."""
    placed, x = [], MARGIN
    for stage in scene.stages:
        column = framed(stage)
        placed.append(moved(column, x, HEAD + 26))
        x += column.size.width + BETWEEN
    key = legend(scene, heat, MARGIN)
    width = max(x - BETWEEN + MARGIN, key.width + 2 * MARGIN, measure(heading(scene), 15) + 2 * MARGIN)
    skips = longs(scene.stages)
    bottom = max(column.bottom for column in placed) + LANE * (1 + max((skip.lane for skip in skips), default=-1))
    parts = [*title(scene)]
    for column in placed:
        parts += draw(column, heat)
    parts += between(placed)
    deepest = max(column.bottom for column in placed) + 30
    for skip in skips:
        parts += under(placed, skip, deepest + LANE * skip.lane)
    parts += key.at(bottom + 46)
    return paint.document(width, bottom + 46 + key.height, scene.name, parts)


def heading(scene: Scene) -> str:
    """The line above a drawing."""
    load = scene.load
    return f"{scene.name}  input {scene.given}  {short(load.params)} params  {short(load.macs)} MACs"


def title(scene: Scene) -> Iterator[str]:
    """The name of the net, and what it costs."""
    load = scene.load
    yield paint.text(MARGIN, 30, scene.name, 16, "start", font_weight="bold", fill="#111111")
    facts = f"input {scene.given} · {short(load.params)} parameters · {short(load.macs)} MACs"
    yield paint.text(MARGIN, 48, facts, 11.5, "start", fill="#555555")


def draw(placed: Placed, heat: Heat, depth: int = 0) -> Iterator[str]:
    """A box and what it holds."""
    if placed.inside:
        yield from frame(placed, heat, depth)
        for inner in placed.inside:
            yield from draw(inner, heat, depth + 1)
        for route in placed.lines:
            yield from line(route)
    elif placed.box.sign:
        yield from sign(placed)
    else:
        yield from card(placed, heat)


def frame(placed: Placed, heat: Heat, depth: int) -> Iterator[str]:
    """A stage or a block: a frame with its title, shape and count; several equal blocks are a pile."""
    box, size = placed.box, placed.size
    if box.count > 1:
        for step in (6, 3):
            yield paint.rect(
                placed.x + step, placed.y + step, size.width, size.height, rx=6, fill="#ffffff", stroke="#b4b4b4"
            )
    fill, stroke = ("#f7f7f5", "#d4d4d0") if depth == 0 else ("#ffffff", "#9c9c9c")
    yield paint.rect(placed.x, placed.y, size.width, size.height, rx=8 if depth == 0 else 6, fill=fill, stroke=stroke)
    weight = "bold" if depth == 0 or box.count > 1 else "normal"
    yield paint.text(placed.x + 9, placed.y + 16, heading_of(box), 11.5, "start", font_weight=weight, fill="#222222")
    if depth == 0 and heat.cost:
        share = f"{100 * heat.share(box):.1f} %"
        yield paint.text(placed.x + 9, placed.y + 29, share, 10, "start", fill="#8c2d04")


def card(placed: Placed, heat: Heat) -> Iterator[str]:
    """A cell: what it does, in bold, and what finishes it."""
    box, size = placed.box, placed.size
    ink = heat.ink(box, placed.times)
    yield paint.rect(
        placed.x, placed.y, size.width, size.height, rx=4, fill=heat.fill(box, placed.times), stroke="#6f7d8c"
    )
    y = placed.y + LEADING + 1
    for words, weight in card_lines(box):
        yield paint.text(placed.x + size.width / 2, y, words, 11, font_weight=weight, fill=ink)
        y += LEADING


def sign(placed: Placed) -> Iterator[str]:
    """A join: its sign in a circle, and what finishes it beside."""
    radius = SIGN
    x, y = placed.axis, placed.y + radius
    yield paint.tag("circle", {"cx": x, "cy": y, "r": radius, "fill": "#ffffff", **INK})
    arms = [((x - 4, y), (x + 4, y)), ((x, y - 4), (x, y + 4))]
    if placed.box.sign == "×":
        arms = [((x - 3, y - 3), (x + 3, y + 3)), ((x - 3, y + 3), (x + 3, y - 3))]
    for arm in arms:
        yield paint.path(arm, INK)
    if placed.box.lines:
        yield paint.text(x - radius - 4, y + 4, " · ".join(placed.box.lines), 10, "end", fill="#444444")


def line(route: Route) -> Iterator[str]:
    """A line with its head; skips have a style, and say which."""
    style = line_style(route.style)
    yield paint.path(route.points, style)
    if not route.headless:
        yield paint.arrow(route.points[-1], route.points[-2], str(style["stroke"]))


def between(placed: list[Placed]) -> Iterator[str]:
    """The lines from column to column, into the first and out of the last, each with the shape that it carries."""
    first = placed[0]
    yield from line(Route(((first.axis, first.y - 24), (first.axis, first.y))))
    for before, column in pairwise(placed):
        if before.box.key in (column.box.inputs or (before.box.key,)):
            start = before
            middle = column.x - BETWEEN / 2
            low, high = start.bottom + 17, column.y - 20
            points = (
                (start.axis, start.bottom),
                (start.axis, low),
                (middle, low),
                (middle, high),
                (column.axis, high),
                (column.axis, column.y),
            )
            yield from line(Route(points))
    last = placed[-1]
    yield from line(Route(((last.axis, last.bottom), (last.axis, last.bottom + 24))))
    for column in placed:
        shape = sides(column.box.shape)
        yield paint.text(column.axis - 6, column.bottom + 12, shape, 10.5, "end", fill="#444444")


def under(placed: list[Placed], skip: Long, y: float) -> Iterator[str]:
    """A long skip: down behind its source, under the stages between, and up before its target."""
    target = placed[skip.end]
    left, high = target.x - BETWEEN / 2 + 8, target.y - 12
    points: tuple[tuple[float, float], ...] = ((left, y), (left, high), (target.axis, high), (target.axis, target.y))
    if skip.start >= 0:
        source = placed[skip.start]
        right = source.x + source.size.width + 10
        points = (
            (source.axis, source.bottom),
            (source.axis, source.bottom + 8),
            (right, source.bottom + 8),
            (right, y),
            *points,
        )
    yield from line(Route(points, "long"))


__all__ = ["Box", "columns", "heading", "title"]
