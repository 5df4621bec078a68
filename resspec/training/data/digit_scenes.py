"""Scenes composed from the handwritten digits that scikit-learn carries, with exact masks and boxes."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from resspec.training.data.digits import Digits
from resspec.training.data.source import DataSource, Images, Part, Truth, unsuited

SIDE = 64
COUNTS: dict[Part, int] = {"train": 2000, "validation": 300, "test": 400}
SEEDS: dict[Part, int] = {"train": 1, "validation": 2, "test": 3}
MOST = 5
"""Digits of a scene, at most; at least two are tried."""
SIZES = (14, 26)
"""Smallest and largest side of an enlarged digit, in pixels."""
INK = 0.4
"""A pixel belongs to a digit where this share of full ink lies on it."""
VISIBLE = 20
"""Pixels that a digit must keep in sight, or it is not placed."""
OVERLAP = 0.1
"""Largest share of a digit's square that may lie on another's."""
TRIES = 20
FULL = 16
"""Full ink in scikit-learn's images."""
NOTHING = -1
"""The label of rows that fill a list of boxes up."""


class DigitScenes(DataSource):
    """Grey scenes of 64x64 pixels with two to five digits of different size on an uneven, noisy ground: 2,000 for
    training, 300 for validation and 400 for test. Each part is made of digits that no other part has, by a fixed seed.
    Masks have 0 for the ground and 1 to 10 for the digits 0 to 9; boxes have the labels 0 to 9."""

    kind: ClassVar[str] = "digit-scenes"
    truths: ClassVar[tuple[Truth, ...]] = ("masks", "boxes")

    def load(self, part: Part) -> Images:
        """Scenes and their masks; DataError where scikit-learn is missing."""
        return self.load_for("masks", part)

    def load_for(self, truth: Truth, part: Part) -> Images:
        """Scenes with masks [count, 64, 64], or with boxes [count, 5, 5]: label, left, upper, right, lower in pixels,
        the edges of the digit's visible ink; rows of label -1 fill up."""
        if truth not in self.truths:
            raise unsuited(self.truths[0], truth, self.kind)
        x, masks, boxes = scenes(part)
        if truth == "masks":
            return Images(x, masks, classes=11, truth="masks")
        return Images(x, boxes, classes=10, truth="boxes")


@cache
def scenes(part: Part) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]:
    """All scenes of a part: images [count, 1, 64, 64], masks, boxes."""
    digits = Digits().load(part)
    random = np.random.RandomState(SEEDS[part])  # its stream is frozen
    made = [scene(digits, random) for _ in range(COUNTS[part])]
    x, masks, boxes = zip(*made, strict=True)
    return np.stack(x)[:, None], np.stack(masks), np.stack(boxes)


def scene(digits: Images, random: np.random.RandomState) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[Any]]:
    """One scene: its image, its mask, its boxes. Later digits lie on earlier ones."""
    canvas = ground(random)
    owner = np.full((SIDE, SIDE), NOTHING)  # which of the placed digits a pixel belongs to
    labels: list[int] = []
    squares: list[tuple[int, int, int]] = []
    for _ in range(random.randint(2, MOST + 1)):
        place = free_place(squares, random)
        which, strength = random.randint(len(digits)), random.uniform(0.6, 1.0)
        if place is None:
            continue
        top, left, size = place
        ink = enlarged(digits.x[which, 0] / FULL, size)
        window = np.s_[top : top + size, left : left + size]
        after = owner.copy()
        after[window][ink >= INK] = len(labels)
        if min(np.bincount(after[after >= 0], minlength=len(labels) + 1)) < VISIBLE:
            continue
        owner = after
        canvas[window] = canvas[window] * (1 - ink) + strength * ink
        squares.append(place)
        labels.append(int(digits.y[which]))
    noisy = canvas + random.normal(0, 0.04, canvas.shape)
    image = np.clip(np.round(255 * noisy), 0, 255).astype(np.uint8)
    mask = np.asarray([0, *(label + 1 for label in labels)], np.uint8)[owner + 1]
    return image, mask, boxes_of(owner, labels)


def ground(random: np.random.RandomState) -> NDArray[np.float64]:
    """A ground whose grey goes from corner to corner."""
    corners = random.uniform(0, 0.35, (2, 2))
    return enlarged(corners, SIDE)


def free_place(squares: list[tuple[int, int, int]], random: np.random.RandomState) -> tuple[int, int, int] | None:
    """Top, left and side of a square that hardly lies on others; None where none is found."""
    for _ in range(TRIES):
        size = random.randint(SIZES[0], SIZES[1] + 1)
        top, left = random.randint(SIDE - size + 1, size=2)
        if all(shared((top, left, size), other) <= OVERLAP for other in squares):
            return int(top), int(left), int(size)
    return None


def shared(one: tuple[int, int, int], two: tuple[int, int, int]) -> float:
    """The part of the smaller square that lies on the other."""
    sides = [min(one[i] + one[2], two[i] + two[2]) - max(one[i], two[i]) for i in (0, 1)]
    return max(0, sides[0]) * max(0, sides[1]) / min(one[2], two[2]) ** 2


def enlarged(image: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """A square image brought to a size, linear between the middles of its pixels."""
    count = len(image)
    along = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    low = np.minimum(along.astype(int), count - 2)
    share = along - low
    rows = image[low] * (1 - share)[:, None] + image[low + 1] * share[:, None]
    found: NDArray[np.float64] = rows[:, low] * (1 - share) + rows[:, low + 1] * share
    return found


def boxes_of(owner: NDArray[Any], labels: list[int]) -> NDArray[np.float32]:
    """The label and the edges of each placed digit's pixels [5, 5]."""
    found = np.full((MOST, 5), NOTHING, np.float32)
    for number, label in enumerate(labels):
        rows, columns = np.nonzero(owner == number)
        found[number] = label, columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    return found
