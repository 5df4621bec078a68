"""How a picture of any size becomes an image of the size that a network reads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

ASPECT = (3 / 4, 4 / 3)
"""Narrowest and widest crop for training, width by height (arXiv:1409.4842)."""
TRIES = 10
SEEN = 0.25
"""Share of a thing's box that must be in the image; what shows less of itself need not be found."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """Channels, height and width of the image; for training the shares of the picture's area that a random crop
    covers, for judging (no area) the part of the shorter side that the middle keeps."""

    shape: tuple[int, int, int]
    area: tuple[float, float] | None = None
    centre: float = 0.875
    scale: int = 1
    """How many times larger than the image the truth about it is, where that is an image."""

    def box(self, width: int, height: int, random: Random) -> Box:
        """The part of a picture that is seen: left, upper, right, lower."""
        return middle(width, height, self) if self.area is None else any_part(width, height, self.area, random)


def any_part(width: int, height: int, area: tuple[float, float], random: Random) -> Box:
    """A crop of random area, shape and place; the middle where no such crop fits."""
    for _ in range(TRIES):
        covered = width * height * random.uniform(*area)
        aspect = math.exp(random.uniform(*map(math.log, ASPECT)))
        w, h = round(math.sqrt(covered * aspect)), round(math.sqrt(covered / aspect))
        if 0 < w <= width and 0 < h <= height:
            left, upper = random.randint(0, width - w), random.randint(0, height - h)
            return left, upper, left + w, upper + h
    side = min(width, height)
    start = (width - side) / 2, (height - side) / 2
    return start[0], start[1], start[0] + side, start[1] + side


def middle(width: int, height: int, view: View) -> Box:
    """The largest part in the view's proportions around the middle, times its `centre`."""
    _, high, wide = view.shape
    scale = view.centre * min(width / wide, height / high)
    w, h = wide * scale, high * scale
    return (width - w) / 2, (height - h) / 2, (width + w) / 2, (height + h) / 2


def framed(picture: Image, view: View, random: Random) -> NDArray[np.uint8]:
    """The image [channels, height, width] that a view makes of a picture."""
    from PIL.Image import Resampling  # noqa: PLC0415  # an extra

    channels, height, width = view.shape
    picture.draft("RGB", (2 * width, 2 * height))  # a JPEG far too large is decoded at a fraction of its size
    picture = picture.convert("L" if channels == 1 else "RGB")
    if picture.size == (width, height) and view.area is None:
        return planes(np.asarray(picture))
    box = view.box(*picture.size, random)
    return planes(np.asarray(picture.resize((width, height), Resampling.BICUBIC, box, reducing_gap=2.0)))


def framed_alike(
    picture: Image, mask: Image, view: View, random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The image [channels, height, width] that a view makes of a picture, and the mask [height, width] of the same
    part of it; no class is mixed with another."""
    from PIL.Image import Resampling  # noqa: PLC0415  # an extra

    channels, height, width = view.shape
    picture = picture.convert("L" if channels == 1 else "RGB")
    if picture.size == (width, height) and view.area is None:
        return planes(np.asarray(picture)), np.array(mask)
    box = view.box(*picture.size, random)
    small = picture.resize((width, height), Resampling.BICUBIC, box, reducing_gap=2.0)
    return planes(np.asarray(small)), np.array(mask.resize((width, height), Resampling.NEAREST, box))


def planes(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels [height, width] or [height, width, channels] as planes [channels, height, width] of their own, for
    Pillow lends its pixels for reading alone."""
    return np.array(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1), order="C")


def letterboxed(
    picture: Image, things: NDArray[np.float32], view: View, random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The image [channels, height, width] that holds a picture whole, or for training a random part of it, in its own
    proportions, black beside it; and the things [count, 5] (label, left, upper, right, lower) with their boxes there.
    What shows nothing of itself becomes label -1, and what shows less than a share `SEEN` label -2 - label."""
    from PIL.Image import Resampling  # noqa: PLC0415  # an extra

    channels, height, width = view.shape
    picture = picture.convert("L" if channels == 1 else "RGB")
    left, upper, right, lower = (0, 0, *picture.size) if view.area is None else view.box(*picture.size, random)
    scale = min(width / (right - left), height / (lower - upper))
    wide, high = max(1, round(scale * (right - left))), max(1, round(scale * (lower - upper)))
    small = picture.resize((wide, high), Resampling.BICUBIC, (left, upper, right, lower), reducing_gap=2.0)
    x, y = (width - wide) // 2, (height - high) // 2
    image = np.zeros((channels, height, width), np.uint8)
    image[:, y : y + high, x : x + wide] = planes(np.asarray(small))
    scales = np.array([wide / (right - left), high / (lower - upper)] * 2)
    boxes = (things[:, 1:] - np.array([left, upper] * 2)) * scales + np.array([x, y] * 2)
    seen = np.clip(boxes, np.array([x, y] * 2), np.array([x + wide, y + high] * 2))
    shares = area_of(seen) / np.maximum(area_of(boxes), 1e-9)
    labels = np.where((shares < SEEN) & (things[:, 0] >= 0), -2 - things[:, 0], things[:, 0])
    labels = np.where(shares > 0, labels, -1)
    return image, np.concatenate([labels[:, None], seen], axis=1).astype(np.float32)


def area_of(boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    """The areas of boxes [count, 4]."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return sides[:, 0] * sides[:, 1]
