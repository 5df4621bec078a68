"""SVG written by hand: shapes with numbers of one decimal, text escaped, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

FAMILY = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
"""The last name before the generic one is for converters that know no generic names and have no other of these."""

Point = tuple[float, float]


def number(value: float) -> str:
    """At most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def tag(name: str, attributes: Mapping[str, str | float], content: str = "") -> str:
    """An element; `stroke_width` is written `stroke-width`."""
    written = "".join(
        f" {key.replace('_', '-')}={quoteattr(value if isinstance(value, str) else number(value))}"
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def rect(x: float, y: float, width: float, height: float, **style: str | float) -> str:
    """A rectangle."""
    return tag("rect", {"x": x, "y": y, "width": width, "height": height, **style})


def text(x: float, y: float, words: str, size: float = 11, anchor: str = "middle", **style: str | float) -> str:
    """A line of text on its baseline."""
    return tag("text", {"x": x, "y": y, "font_size": size, "text_anchor": anchor, **style}, escape(words))


def path(points: Sequence[Point], style: Mapping[str, str | float], radius: float = 6) -> str:
    """A line with rounded corners."""
    steps = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        steps.append(f"L{_at(start)}Q{_at(corner)} {_at(end)}")
    steps.append(f"L{_at(points[-1])}")
    return tag("path", {"d": "".join(steps), "fill": "none", **style})


def _at(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _towards(start: Point, end: Point, distance: float) -> Point:
    """The point at a distance from the start, at most half of the way."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = abs(dx) + abs(dy)
    share = min(distance, length / 2) / length if length else 0.0
    return start[0] + share * dx, start[1] + share * dy


def arrow(tip: Point, before: Point, color: str) -> str:
    """The head of a line that ends at the tip."""
    (x, y), (dx, dy) = tip, (tip[0] - before[0], tip[1] - before[1])
    length = max(abs(dx) + abs(dy), 1e-9)
    ux, uy = dx / length, dy / length
    corners = [(x, y), (x - 6 * ux - 3 * uy, y - 6 * uy + 3 * ux), (x - 6 * ux + 3 * uy, y - 6 * uy - 3 * ux)]
    return tag("polygon", {"points": " ".join(f"{number(a)},{number(b)}" for a, b in corners), "fill": color})


def document(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """A whole file."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}" height="{number(height)}"'
        f' viewBox="0 0 {number(width)} {number(height)}" font-family="{FAMILY}" role="img">'
    )
    return "\n".join(
        [head, tag("title", {}, escape(title)), rect(0, 0, width, height, fill="#ffffff"), *parts, "</svg>", ""]
    )
