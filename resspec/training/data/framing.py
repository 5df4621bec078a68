"""How a picture of any size becomes an image of the size that a network reads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from resspec.training.data.pictures import size_upright

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
    w, h = min(wide * scale, width), min(high * scale, height)  # a rounding must not lead out of the picture
    return (width - w) / 2, (height - h) / 2, (width + w) / 2, (height + h) / 2


def framed(picture: Image, view: View, random: Random) -> NDArray[np.uint8]:
    """The image [channels, height, width] that a view makes of a picture."""
    channels, height, width = view.shape
    picture = in_channels(drafted(picture, view), channels)
    if picture.size == (width, height) and view.area is None:
        return planes(np.asarray(picture))
    return part_of(picture, view.box(*picture.size, random), (width, height))


def drafted(picture: Image, view: View) -> Image:
    """A picture whose file is about to be decoded: a JPEG far too large for a view at a fraction of its size."""
    _, height, width = view.shape
    sides = (2 * width, 2 * height)
    picture.draft("RGB", sides if size_upright(picture) == picture.size else sides[::-1])
    return picture


def in_channels(picture: Image, channels: int) -> Image:
    """A picture in grey where an image has one channel, in colour otherwise."""
    return picture.convert("L" if channels == 1 else "RGB")


def part_of(picture: Image, box: Box, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The part of a picture in a box, brought to a width and height by bicubic interpolation over the area that a
    pixel covers: planes [channels, height, width]."""
    from PIL.Image import Resampling  # noqa: PLC0415  # an extra

    return planes(np.asarray(picture.resize(size, Resampling.BICUBIC, box, reducing_gap=2.0)))


def framed_alike(
    picture: Image, mask: Image, view: View, random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The image [channels, height, width] that a view makes of a picture, and the mask [height, width] of the same
    part of it; no class is mixed with another."""
    from PIL.Image import Resampling  # noqa: PLC0415  # an extra

    channels, height, width = view.shape
    picture = in_channels(picture, channels)
    if picture.size == (width, height) and view.area is None:
        return planes(np.asarray(picture)), np.array(mask)
    box = view.box(*picture.size, random)
    small = part_of(picture, box, (width, height))
    return small, np.array(mask.resize((width, height), Resampling.NEAREST, box))


def planes(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels [height, width] or [height, width, channels] as planes [channels, height, width] of their own, for
    Pillow lends its pixels for reading alone."""
    return np.array(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1), order="C")


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a part of a picture lies in an image that holds it whole, in its own proportions, in the middle: `box` of
    the picture, `wide` and `high` pixels of the image from `x`, `y` on."""

    box: Box
    wide: int
    high: int
    x: int
    y: int

    @classmethod
    def of(cls, box: Box, width: int, height: int) -> Fit:
        """As large as an image of a width and height lets it be."""
        left, upper, right, lower = box
        scale = min(width / (right - left), height / (lower - upper))
        wide, high = max(1, round(scale * (right - left))), max(1, round(scale * (lower - upper)))
        return cls(box, wide, high, (width - wide) // 2, (height - high) // 2)

    def image(self, picture: Image, view: View) -> NDArray[np.uint8]:
        """The image [channels, height, width], black beside the part of the picture."""
        found = np.zeros(view.shape, np.uint8)
        small = part_of(in_channels(picture, view.shape[0]), self.box, (self.wide, self.high))
        found[:, self.y : self.y + self.high, self.x : self.x + self.wide] = small
        return found

    def there(self, edges: NDArray[np.floating]) -> NDArray[np.floating]:
        """Edges [..., 2 n] (across, down, …) in pixels of the picture, as those of the image."""
        start, scale, offset = self._numbers(edges)
        found: NDArray[np.floating] = (edges - start) * scale + offset
        return found

    def back(self, edges: NDArray[np.floating]) -> NDArray[np.floating]:
        """Edges [..., 2 n] (across, down, …) in pixels of the image, as those of the picture."""
        start, scale, offset = self._numbers(edges)
        found: NDArray[np.floating] = (edges - offset) / scale + start
        return found

    def _numbers(self, edges: NDArray[np.floating]) -> tuple[NDArray[np.floating], ...]:
        left, upper, right, lower = self.box
        pairs = (left, upper), (self.wide / (right - left), self.high / (lower - upper)), (self.x, self.y)
        return tuple(np.tile(pair, edges.shape[-1] // 2) for pair in pairs)


def letterboxed(
    picture: Image, things: NDArray[np.float32], view: View, random: Random
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The image [channels, height, width] that holds a picture whole, or for training a random part of it, in its own
    proportions, black beside it; and the things [count, 5] (label, left, upper, right, lower) with their boxes there.
    What shows nothing of itself becomes label -1, and what shows less than a share `SEEN` label -2 - label."""
    _, height, width = view.shape
    fit = Fit.of((0, 0, *picture.size) if view.area is None else view.box(*picture.size, random), width, height)
    boxes = fit.there(things[:, 1:])
    low, high = np.array([fit.x, fit.y] * 2), np.array([fit.x + fit.wide, fit.y + fit.high] * 2)
    seen = np.clip(boxes, low, high)
    shares = area_of(seen) / np.maximum(area_of(boxes), 1e-9)
    labels = np.where((shares < SEEN) & (things[:, 0] >= 0), -2 - things[:, 0], things[:, 0])
    labels = np.where(shares > 0, labels, -1)
    return fit.image(picture, view), np.concatenate([labels[:, None], seen], axis=1).astype(np.float32)


def area_of(boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    """The areas of boxes [count, 4]."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return sides[:, 0] * sides[:, 1]
