"""The legend: what the lines mean, and what the colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from resspec.export.drawing import paint
from resspec.export.drawing.frame import measure
from resspec.export.drawing.heat import WORDS, Heat, scale
from resspec.export.drawing.labels import short
from resspec.export.drawing.long import LONG, longs
from resspec.export.drawing.scene import Box, Scene

MAIN: dict[str, str | float] = {"stroke": "#555555", "stroke_width": 1.2}
STYLES: dict[str, dict[str, str | float]] = {
    "identity": {"stroke": "#1a7f37", "stroke_width": 2.2},
    "projection": {"stroke": "#c2410c", "stroke_width": 2.2, "stroke_dasharray": "7 3"},
    "pooled projection": {"stroke": "#9333a8", "stroke_width": 2.2, "stroke_dasharray": "7 3 2 3"},
    "zero padding": {"stroke": "#1d4ed8", "stroke_width": 2.2, "stroke_dasharray": "2 3"},
    "long": LONG,
}
OTHER: dict[str, str | float] = {"stroke": "#a16207", "stroke_width": 2.2, "stroke_dasharray": "4 3"}
BAR = 120.0


def line_style(style: str) -> dict[str, str | float]:
    """How a line of a style is drawn."""
    return dict(STYLES.get(style, OTHER) if style else MAIN)


@dataclass(frozen=True, slots=True)
class Legend:
    """What stands below a drawing."""

    styles: tuple[str, ...]
    heat: Heat
    left: float

    @property
    def width(self) -> float:
        """As wide as its entries."""
        lines = sum(54 + measure(_words(style)) for style in self.styles)
        return lines + (BAR + measure(self.scale_words) + 40 if self.heat.cost else 0)

    @property
    def height(self) -> float:
        """Room below the columns."""
        return 34.0 if self.styles or self.heat.cost else 0.0

    @property
    def scale_words(self) -> str:
        """What the darkest colour stands for."""
        return f"{WORDS.get(self.heat.cost, '')} of a box, its repeats included: 0 to {short(self.heat.most)}"

    def at(self, y: float) -> Iterator[str]:
        """The legend at a height."""
        x = self.left
        for style in self.styles:
            yield paint.path(((x, y), (x + 30, y)), line_style(style))
            yield paint.text(x + 36, y + 4, _words(style), 11, "start", fill="#444444")
            x += 54 + measure(_words(style))
        if self.heat.cost:
            for step in range(24):
                yield paint.rect(x + step * BAR / 24, y - 6, BAR / 24 + 0.4, 12, fill=scale(step / 23))
            yield paint.text(x + BAR + 8, y + 4, self.scale_words, 11, "start", fill="#444444")


def legend(scene: Scene, heat: Heat, left: float) -> Legend:
    """The legend of a scene: the styles of skips that occur."""
    found = dict.fromkeys(style for stage in scene.stages for style in skips_of(stage))
    found |= dict.fromkeys(["long"] * bool(longs(scene.stages)))
    known = [style for style in STYLES if style in found]
    return Legend((*known, *(style for style in found if style not in STYLES)), heat, left)


def skips_of(box: Box) -> Iterator[str]:
    """The styles of the skips in a box, a repeated block's once for each repeat."""
    if box.skip:
        yield from [box.skip] * box.count
    for inner in box.inside:
        yield from skips_of(inner)


def _words(style: str) -> str:
    return "skip over stages" if style == "long" else f"{style} shortcut"
