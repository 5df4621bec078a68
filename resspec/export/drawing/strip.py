"""The zoom of stages: feature maps as slabs in a row, as tall as the map's side and as wide as its channels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from resspec.export.drawing import paint
from resspec.export.drawing.frame import measure
from resspec.export.drawing.heat import Heat
from resspec.export.drawing.labels import sides
from resspec.export.drawing.legend import MAIN, legend, line_style, skips_of
from resspec.export.drawing.long import LONG, longs, neighbours
from resspec.export.drawing.scene import Box, Scene
from resspec.export.drawing.svg import MARGIN, title
from resspec.ir import Shape

TALLEST, LOWEST = 150.0, 12.0
HEAD = 66.0
"""The title above."""
ARC = 24.0
LANE = 13.0
"""Between long skips."""
EDGE = {"stroke": "#5c6a78", "stroke_linejoin": "round"}


def strip(scene: Scene, heat: Heat) -> str:
    """The drawing as SVG."""
    parts: list[str] = []
    x, links = MARGIN, list[tuple[float, float]]()
    boxes = (Box("", "input", shape=scene.input, role="input"), *scene.stages)
    largest = max((side for box in boxes for side in box.shape[1:]), default=1)
    skips = longs(scene.stages)
    high = HEAD + LANE * (1 + max((skip.lane for skip in skips), default=-1))
    ground = high + max(Slab(box, largest).above for box in boxes)
    for box in boxes:
        slab = Slab(box, largest)
        room = max(slab.width, slab.label_width)
        left = x + (room - slab.width) / 2
        parts += slab.draw(left, x + room / 2, ground, heat)
        links.append((left, left + slab.width))
        x += room + 30
    wires = [wire for i, j in neighbours(scene.stages) for wire in _wire(links[i + 1][1], links[j + 1][0], ground)]
    for skip in skips:
        wires += _over(links[skip.start + 1][1], links[skip.end + 1][0], ground, high - LANE * skip.lane)
    key = legend(scene, heat, MARGIN)
    width = max(x - 30 + MARGIN, key.width + 2 * MARGIN)
    bottom = ground + TALLEST / 2 + 40 + 68
    return paint.document(width, bottom + key.height, scene.name, [*title(scene), *parts, *wires, *key.at(bottom + 4)])


def _wire(start: float, end: float, y: float) -> Iterator[str]:
    points = ((start + 3, y), (end - 3, y))
    yield paint.path(points, MAIN)
    yield paint.arrow(points[1], points[0], "#555555")


def _over(start: float, end: float, y: float, top: float) -> Iterator[str]:
    """A long skip: up behind its source, over the stages between, and down before its target."""
    points = ((start + 3, y), (start + 12, y), (start + 12, top), (end - 14, top), (end - 14, y), (end - 3, y))
    yield paint.path(points, LONG)
    yield paint.arrow(points[-1], points[-2], str(LONG["stroke"]))


class Slab:
    """A feature map as a slab in oblique view: tall as its side, wide as its channels."""

    def __init__(self, box: Box, largest: int) -> None:
        self.box = box
        self.tall, self.wide = _tall(box.shape, largest), _wide(box.shape)
        self.slant = 0.28 * self.tall if len(box.shape) == 3 else 3.0

    @property
    def width(self) -> float:
        """Of front and side."""
        return self.wide + self.slant

    @property
    def above(self) -> float:
        """How far slab and arcs reach above the middle."""
        return self.tall / 2 + 0.3 * self.slant + ARC * len(set(skips_of(self.box))) + 14

    @property
    def labels(self) -> list[tuple[str, str]]:
        """The lines below, and their weight."""
        blocks = [(box.title, box.count) for box in self.box.inside if box.inside]
        kinds = [(title, sum(count for _, count in run)) for title, run in groupby(blocks, key=lambda block: block[0])]
        lines = [(self.box.title, "bold"), (sides(self.box.shape), "normal")]
        return lines + [(f"{kind} ×{count}", "normal") for kind, count in kinds[:2]]

    @property
    def label_width(self) -> float:
        """Of the widest line."""
        arcs = max((measure(words, 10) + 14 for _, words in self.skips), default=0.0)
        return max(arcs, *(measure(words, 11, bold=True) for words, _ in self.labels))

    @property
    def skips(self) -> list[tuple[str, str]]:
        """The styles of skips in the stage, and what is written on their arcs."""
        styles = list(skips_of(self.box))
        return [(style, f"{style} ×{styles.count(style)}") for style in dict.fromkeys(styles)]

    def draw(self, left: float, middle: float, ground: float, heat: Heat) -> Iterator[str]:
        """Front, top and side, the labels below, the skips above."""
        fill = "#f3f3f1" if self.box.role == "input" else heat.fill(self.box) if heat.cost else "#dbe9f6"
        top, lift = ground - self.tall / 2, self.slant * 0.6
        top += lift / 2
        low, right = top + self.tall - lift, left + self.wide
        faces = (
            ((left, top), (left + self.slant, top - lift), (right + self.slant, top - lift), (right, top)),
            ((right, top), (right + self.slant, top - lift), (right + self.slant, low - lift), (right, low)),
            ((left, top), (right, top), (right, low), (left, low)),
        )
        for face, shade in zip(faces, (0.35, -0.12, 0.0), strict=True):
            points = " ".join(f"{paint.number(a)},{paint.number(b)}" for a, b in face)
            yield paint.tag("polygon", {"points": points, "fill": shaded(fill, shade), **EDGE})
        y = ground + TALLEST / 2 + 26
        note = [(f"{100 * heat.share(self.box):.1f} %", "normal")] if heat.cost and self.box.key else []
        for words, weight in [*self.labels, *note]:
            yield paint.text(
                middle, y, words, 11, font_weight=weight, fill="#222222" if weight == "bold" else "#555555"
            )
            y += 15
        yield from self.arcs(left + self.width / 2, top - lift)

    def arcs(self, middle: float, top: float) -> Iterator[str]:
        """One arc for each style of skip in the stage, with how often it occurs."""
        half = max([self.width - 4, *(measure(words, 10) + 8 for _, words in self.skips)]) / 2
        for place, (style, words) in enumerate(self.skips):
            left, right = middle - half - 5 * place, middle + half + 5 * place
            y = top - 12 - place * ARC
            drawn = line_style(style)
            yield paint.path(((left, top - 3), (left, y), (right, y), (right, top - 3)), drawn, 8)
            yield paint.text(middle, y - 5, words, 10, fill=str(drawn["stroke"]))


def _tall(shape: Shape, largest: int) -> float:
    """By the root of the side, so that small maps stay visible."""
    side = shape[1] if len(shape) == 3 else 1
    return max(LOWEST, TALLEST * math.sqrt(side / largest))


def _wide(shape: Shape) -> float:
    """By the logarithm of the channels."""
    return max(5.0, 7 * (math.log2(max(shape[0], 2)) - 1))


def shaded(color: str, share: float) -> str:
    """Lighter (above 0) or darker."""
    values = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    goal = 255 if share > 0 else 0
    return "#" + "".join(f"{round(value + (goal - value) * abs(share)):02x}" for value in values)
