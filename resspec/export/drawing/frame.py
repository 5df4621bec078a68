"""Places: where each box and line of a layout lies, in pixels, boxes inside boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resspec.export.drawing.lanes import LINE_LANE, Lanes, Link, Size, lanes_of
from resspec.export.drawing.scene import Box
from resspec.export.drawing.skips import ENTRY

FONT = 11.0
LEADING = 14.0
GAP = 20.0
"""Between ranks."""
DEPART, ARRIVE = 0.3, 0.62
"""Where in a gap lines turn: those that leave a box above those that come to one."""
AISLE = 16.0
"""Between lanes."""
PAD = 12.0
"""Between a frame and what it holds."""
TOP = 34.0
"""From the top of a frame, where its line enters, to what it holds; the title stands to the left of that line."""
SIGN = 9.0
"""The radius of a join."""
NARROW = "ijl.,:;'|!()[] ft/1"


def measure(text: str, size: float = FONT, *, bold: bool = False) -> float:
    """About how wide a text is in Helvetica."""
    ems = sum(0.3 if char in NARROW else 0.72 if char.isupper() or char in "mw×" else 0.55 for char in text)
    return ems * size * (1.06 if bold else 1.0)


@dataclass(frozen=True, slots=True)
class Placed:
    """A box at a place: left, top, size, and what lies inside; `times` boxes stand here in all."""

    box: Box
    x: float
    y: float
    size: Size
    times: int
    inside: tuple[Placed, ...] = ()
    lines: tuple[Route, ...] = ()

    @property
    def axis(self) -> float:
        """The x where lines enter and leave."""
        return self.x + self.size.axis

    @property
    def bottom(self) -> float:
        """The y where lines leave."""
        return self.y + self.size.height


@dataclass(frozen=True, slots=True)
class Route:
    """The corners of a line, and its style (empty for the main way)."""

    points: tuple[tuple[float, float], ...]
    style: str = ""
    headless: bool = False


@dataclass(frozen=True, slots=True)
class Inner:
    """The layout inside a frame, from its own origin."""

    placed: tuple[Placed, ...]
    routes: tuple[Route, ...]
    size: Size


def size_of(box: Box) -> Size:
    """The size of a cell: a circle for a join with a sign, else a card with its lines."""
    if box.sign:
        beside = measure(" · ".join(box.lines), 10) + 6 if box.lines else 0.0
        return Size(beside + 2 * SIGN, 2 * SIGN, beside + SIGN)
    lines = card_lines(box)
    width = max(measure(words, bold=weight == "bold") for words, weight in lines) + 20
    height = LEADING * len(lines) + 9
    return Size(width, height, width / 2)


def card_lines(box: Box) -> list[tuple[str, str]]:
    """The lines of a card and their weight: its title, then what it lists or what finishes it."""
    lines = box.lines if box.role == "block" else (" · ".join(box.lines),)
    written = [(box.title, "bold"), *((line, "normal") for line in lines)]
    return [(words, weight) for words, weight in written if words] or [("", "normal")]


def laid(boxes: Sequence[Box], times: int = 1) -> Inner:
    """Boxes in their places, with their lines; the entry is at the top of lane 0."""
    lanes = lanes_of(boxes)
    inner = {box.key: framed(box, times) for box in boxes}
    sizes = {key: placed.size for key, placed in inner.items()}
    left, right = _extents(boxes, lanes, sizes)
    centers = [left[0]]
    for lane in range(1, lanes.count):
        centers.append(centers[-1] + right[lane - 1] + AISLE + left[lane])
    tops, bottom = _tops(lanes, sizes)
    places = {
        key: moved(inner[key], centers[lanes.lane[key]] - size.axis, tops[lanes.rank[key]] + _slack(lanes, sizes, key))
        for key, size in sizes.items()
    }
    styles = {(name, box.key): style for box in boxes for name, style in box.styles}
    routes = tuple(
        Route(_points(link, places, centers), styles.get((link.source, link.target), "")) for link in lanes.links
    )
    width = centers[-1] + right[-1]
    return Inner(tuple(places[box.key] for box in boxes), routes, Size(width, bottom, centers[0]))


def framed(box: Box, times: int = 1) -> Placed:
    """A box at the origin, and what it holds at its places inside."""
    if not box.inside:
        return Placed(box, 0, 0, size_of(box), times)
    times *= box.count
    inner = laid(box.inside, times)
    heading = measure(heading_of(box), 11.5, bold=True) + 18
    shift = PAD + max(0.0, heading - inner.size.axis - PAD)
    held = tuple(moved(placed, shift, TOP) for placed in inner.placed)
    axis, bottom = inner.size.axis + shift, inner.size.height + TOP + PAD
    routes = (
        *(_moved_route(route, shift, TOP) for route in inner.routes),
        Route(((axis, bottom - PAD), (axis, bottom)), headless=True),
    )
    width = max(inner.size.width + shift + PAD, heading + PAD)
    return Placed(box, 0, 0, Size(width, bottom, axis), times, held, routes)


def heading_of(box: Box) -> str:
    """The title of a frame."""
    return f"{box.title} ×{box.count}" if box.count > 1 else box.title


def moved(placed: Placed, dx: float, dy: float) -> Placed:
    """The same, further right and down."""
    inside = tuple(moved(inner, dx, dy) for inner in placed.inside)
    lines = tuple(_moved_route(route, dx, dy) for route in placed.lines)
    return Placed(placed.box, placed.x + dx, placed.y + dy, placed.size, placed.times, inside, lines)


def _moved_route(route: Route, dx: float, dy: float) -> Route:
    return Route(tuple((x + dx, y + dy) for x, y in route.points), route.style, route.headless)


def _extents(boxes: Sequence[Box], lanes: Lanes, sizes: Mapping[str, Size]) -> tuple[list[float], list[float]]:
    """How far each lane reaches to the left and right of its center."""
    left = [LINE_LANE / 2] * lanes.count
    right = [LINE_LANE / 2] * lanes.count
    for box in boxes:
        lane, size = lanes.lane[box.key], sizes[box.key]
        left[lane] = max(left[lane], size.axis)
        right[lane] = max(right[lane], size.width - size.axis)
    return left, right


def _tops(lanes: Lanes, sizes: Mapping[str, Size]) -> tuple[dict[int, float], float]:
    """The top of each rank, and the bottom of the last."""
    heights: dict[int, float] = {}
    for key, rank in lanes.rank.items():
        heights[rank] = max(heights.get(rank, 0.0), sizes[key].height)
    tops, y = {}, 0.0
    for rank in sorted(heights):
        tops[rank] = y
        y += heights[rank] + GAP
    return tops, y - GAP


def _slack(lanes: Lanes, sizes: Mapping[str, Size], key: str) -> float:
    """Boxes of one rank stand on one middle line."""
    tallest = max(sizes[other].height for other, rank in lanes.rank.items() if rank == lanes.rank[key])
    return (tallest - sizes[key].height) / 2


def _points(link: Link, places: Mapping[str, Placed], centers: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """The corners of a line: down from its source, across to its lane, down, and across to its target."""
    target = places[link.target]
    source = places.get(link.source)
    x, y = (source.axis, source.bottom) if source else (centers[0], -TOP)
    lane = centers[link.lane]
    points = [(x, y)]
    if abs(lane - x) > 0.5:
        turn = y + GAP * DEPART if source else -GAP * (1 - DEPART)
        points += [(x, turn), (lane, turn)]
    if abs(lane - target.axis) <= 0.5:
        return (*points, (target.axis, target.y))
    if target.box.sign:
        middle = target.y + target.size.height / 2
        side = target.x + target.size.width if lane > target.axis else target.x
        return (*points, (lane, middle), (side, middle))
    turn = target.y - GAP * ARRIVE
    return (*points, (lane, turn), (target.axis, turn), (target.axis, target.y))


__all__ = ["ENTRY", "Inner", "Placed", "Route", "card_lines", "framed", "heading_of", "laid", "measure", "moved"]
