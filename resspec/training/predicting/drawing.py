"""Things drawn on a picture: boxes with their names, masks, key points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

LEAST = 640
"""Pixels that the longer side of a drawn picture has at least; smaller ones are enlarged by a whole factor, so that
words have room."""
WORDS = 45
"""The longer side in heights of a line of words."""
SMALLEST_WORDS = 13
LINE = 4
"""Lines of words are so many times as high as a box's edge is wide."""
TINT = 0.45
BRIGHT = 140
"""Luma from which a colour bears black words."""
Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Cut:
    """A mask [height, width] of a part of a picture from a column and row on."""

    left: int
    top: int
    pixels: NDArray[np.bool_]

    def window(self) -> tuple[slice, slice]:
        """The rows and columns of the part."""
        height, width = self.pixels.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


@dataclass(frozen=True, slots=True)
class Mark:
    """A thing as it is drawn."""

    words: str
    colour: tuple[int, int, int]
    box: Edges
    mask: Cut | None = None
    points: Sequence[tuple[float, float]] = ()


def marked(picture: Image, marks: Sequence[Mark]) -> Image:
    """A picture, enlarged by a whole factor where it is small, with marks, the first on top."""
    from PIL import Image as Pictures  # noqa: PLC0415  # an extra, and the picture was read by it
    from PIL import ImageDraw  # noqa: PLC0415

    canvas = Pictures.fromarray(tinted(np.array(picture.convert("RGB")), marks))
    factor = -(-LEAST // max(canvas.size))
    canvas = canvas.resize((canvas.width * factor, canvas.height * factor), Pictures.Resampling.NEAREST)
    height = max(SMALLEST_WORDS, max(canvas.size) // WORDS)
    draw = ImageDraw.Draw(canvas)
    for mark in reversed(marks):
        outline(draw, mark, factor, max(2, round(height / LINE / 2)))
    label(draw, marks, factor, height)
    return canvas


def tinted(pixels: NDArray[np.uint8], marks: Sequence[Mark]) -> NDArray[np.uint8]:
    """Pixels [height, width, 3] under the colours of masks."""
    for mark in reversed(marks):
        if mark.mask is not None:
            part = pixels[mark.mask.window()]
            mixed = part * (1 - TINT) + np.array(mark.colour) * TINT
            part[...] = np.where(mark.mask.pixels[..., None], mixed.round(), part).astype(np.uint8)
    return pixels


def outline(draw: ImageDraw, mark: Mark, factor: int, wide: int) -> None:
    """A mark's box and points, each with a light rim that keeps it apart from a picture of its colour."""
    left, upper, right, lower = (factor * edge for edge in mark.box)
    right, lower = max(left, right - 1), max(upper, lower - 1)
    rim = (left - 1, upper - 1, right + 1, lower + 1)
    draw.rectangle(rim, outline="white", width=wide + 2)
    draw.rectangle((left, upper, right, lower), outline=mark.colour, width=wide)
    for x, y in mark.points:
        for reach, fill in ((2 * wide + 2, "white"), (2 * wide + 1, mark.colour)):
            across, down = factor * x, factor * y
            draw.ellipse((across - reach, down - reach, across + reach, down + reach), fill=fill)


def label(draw: ImageDraw, marks: Sequence[Mark], factor: int, height: int) -> None:
    """The words of marks, the first ones where they like, later ones where nothing is written yet."""
    from PIL import ImageFont  # noqa: PLC0415  # an extra, and the picture was read by it

    font: Any = ImageFont.load_default(height)
    pad = max(2, height // 5)
    taken: list[Edges] = []
    for mark in marks:
        _, top, wide, bottom = draw.textbbox((0, 0), mark.words, font=font)
        size = wide + 2 * pad, bottom - top + 2 * pad
        taken.append(free_place([factor * edge for edge in mark.box], size, draw.im.size, taken))
    for mark, (left, upper, right, lower) in reversed(list(zip(marks, taken, strict=True))):
        _, top, _, _ = draw.textbbox((0, 0), mark.words, font=font)
        luma = float(np.dot(mark.colour, (0.299, 0.587, 0.114)))
        draw.rectangle((left, upper, right - 1, lower - 1), fill=mark.colour, outline="white")
        draw.text((left + pad, upper + pad - top), mark.words, "black" if luma >= BRIGHT else "white", font=font)


def free_place(
    box: Sequence[float], size: tuple[float, float], picture: tuple[int, int], taken: Sequence[Edges]
) -> Edges:
    """Where words of a size belong to a box: of the places in the picture the one where they cover least of others, the
    first of such."""
    places = [inside(place, size, picture) for place in round_box(box, size)]
    whole = [place for place, moved in places if not moved] or [place for place, _ in places]
    return min(whole, key=lambda place: sum(common(place, other) for other in taken))


def round_box(box: Sequence[float], size: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Left and upper edges of words: above a box, below it, in it above, in it below, and the same at its right."""
    left, upper, right, lower = box
    wide, high = size
    for start in (left, right - wide):
        yield from ((start, top) for top in (upper - high, lower, upper, lower - high))


def inside(place: tuple[float, float], size: tuple[float, float], picture: tuple[int, int]) -> tuple[Edges, bool]:
    """Words moved into a picture, and whether they were moved up or down."""
    (left, top), (wide, high) = place, size
    x, y = (max(0, min(start, room - side)) for start, side, room in zip(place, size, picture, strict=True))
    return (x, y, x + wide, y + high), abs(y - top) > 1 or abs(x - left) > wide


def common(one: Edges, two: Edges) -> float:
    """The area that two boxes have in common."""
    sides = (min(one[at + 2], two[at + 2]) - max(one[at], two[at]) for at in (0, 1))
    return math.prod(max(0.0, side) for side in sides)
