"""Photographs beside the same photographs made smaller."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from resspec.errors import DataError
from resspec.training.data.framing import View, framed, planes
from resspec.training.data.pictures import opened, upright
from resspec.training.data.source import Samples, Truth

if TYPE_CHECKING:
    from PIL.Image import Image

Planes = NDArray[np.uint8]
LEFT_OUT = "or leave such photographs out with `data.damaged=skip`"
LEAST = 8
"""Least rows and columns of a small photograph that is judged."""
HELD = 32
"""Photographs that a process keeps decoded."""


@dataclass(frozen=True, eq=False)
class Photos(Samples):
    """Files of photographs. For training each gives `crops` squares of an epoch, at places drawn anew and, where `turn`
    says so, turned by quarters; for judging it is taken whole, less the rows and columns at the right and below that
    the scale does not divide."""

    paths: tuple[str, ...]
    crops: int = 1
    turn: bool = False
    lenient: bool = False
    whole: bool = True
    classes: int = 0
    truth: Truth = "images"
    y: NDArray[Any] = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.paths) * self.crops

    def read(self, index: int, view: View, random: Random) -> NDArray[np.uint8]:
        """A photograph as a view frames it, beside no other."""
        path = self.paths[index // self.crops]
        with opened(path, f"expected a whole photograph, {LEFT_OUT}") as picture:
            return framed(upright(picture, path), view, random)

    def item(self, index: int, view: View, random: Random) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """A small image [channels, height, width] and the large one that it was made of, `view.scale` times larger;
        DataError RS656 or RS654 names the file at fault."""
        path = self.paths[index // self.crops]
        channels, *sides = view.shape
        picture, scale = decoded(path, "L" if channels == 1 else "RGB", changed(path)), view.scale
        wide, high = picture.width // scale, picture.height // scale
        height, width = sides if view.area is not None else (high, wide)
        least = (width, height) if view.area is not None else (LEAST, LEAST)
        if wide < least[0] or high < least[1]:
            needed = f"at least {least[0] * scale}x{least[1] * scale} are needed"
            message = f"{path} has {picture.width}x{picture.height} pixels; {needed}"
            raise DataError.of("RS654", message, remedy=f"lower recipe.side, {LEFT_OUT}")
        place = random.randint(0, wide - width), random.randint(0, high - height), width, height
        small, large = paired(picture, scale, place)
        return turned(small, large, random) if self.turn and view.area is not None else (small, large)

    def once(self) -> Photos:
        """Each photograph once."""
        return replace(self, crops=1)

    def take(self, index: NDArray[np.intp]) -> Photos:
        """The photographs at the given positions, each with all its squares."""
        return replace(self, paths=tuple(self.paths[i] for i in index))


def paired(picture: Image, scale: int, place: tuple[int, int, int, int]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The part of a picture at left, upper, width, height of its smaller self: there, and in the picture. Small pixels
    are those of the whole picture made smaller, by bicubic interpolation over the area that each covers (as Pillow and
    MATLAB do it), in bytes."""
    from PIL.Image import Resampling  # noqa: PLC0415  # an extra

    left, upper, width, height = place
    box = (scale * left, scale * upper, scale * (left + width), scale * (upper + height))
    small = picture.resize((width, height), Resampling.BICUBIC, box)
    return planes(np.asarray(small)), planes(np.asarray(picture.crop(box)))


def turned(small: Planes, large: Planes, random: Random) -> tuple[Planes, Planes]:
    """Both turned alike by any number of quarters (of halves where they are no squares)."""
    quarters = random.randrange(4) if small.shape[1] == small.shape[2] else 2 * random.randrange(2)
    first, second = (np.ascontiguousarray(np.rot90(image, quarters, (1, 2))) for image in (small, large))
    return first, second


def changed(path: str) -> int:
    """When a file was last written, in nanoseconds; 0 where there is none."""
    return Path(path).stat().st_mtime_ns if Path(path).is_file() else 0


@lru_cache(maxsize=HELD)
def decoded(path: str, mode: str, written: int) -> Image:  # noqa: ARG001  # a file that was written anew is read anew
    """A photograph in memory, upright."""
    with opened(path, f"expected a whole photograph, {LEFT_OUT}") as picture:
        return upright(picture, path).convert(mode)
