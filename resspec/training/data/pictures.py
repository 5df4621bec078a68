"""Picture files, opened with the errors that a person needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from resspec.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

Floats = NDArray[np.float32]


@contextmanager
def opened(path: str | Path, remedy: str) -> Iterator[Image]:
    """A picture while it is read; DataError RS651 without Pillow, RS656 where the file is damaged."""
    try:
        from PIL import Image  # noqa: PLC0415  # an extra
    except ImportError:
        missing = "image files are read by Pillow, which is not installed"
        raise DataError.of("RS651", missing, remedy="pip install 'resspec[images]'") from None
    try:
        with Image.open(path) as picture:
            yield picture
    except DataError:
        raise  # it is a ValueError too, and says more
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError.of("RS656", f"{path} cannot be decoded: {error}", remedy=remedy) from None


DEEP = ("I", "F", "I;16", "I;16B", "I;16L")
"""Pillow's names for pixels of more than 8 bits, which it would cut off."""


def refuse_deep(picture: Image, path: str | Path) -> None:
    """DataError RS653 where a picture's pixels have more than 8 bits."""
    if picture.mode in DEEP:
        remedy = "save it with 8 bits for each channel"
        raise DataError.of("RS653", f"{path} has pixels of more than 8 bits ({picture.mode})", remedy=remedy)


ORIENTATION = 0x0112
"""The number of the tag by which a camera says how it was held."""


def orientation(picture: Image) -> int:
    """How a picture's camera was held, from 1 (upright) to 8; 1 where the file does not say so."""
    found = picture.getexif().get(ORIENTATION, 1)
    return found if found in range(1, 9) else 1


def upright(picture: Image, path: str | Path) -> Image:
    """A picture decoded and turned as its camera says; DataError RS653 where its pixels have more than 8 bits."""
    from PIL import ImageOps  # noqa: PLC0415  # an extra

    refuse_deep(picture, path)
    picture.load()  # Pillow turns a TIFF itself
    if orientation(picture) == 1:
        return picture  # which Pillow would copy
    turned: Image = ImageOps.exif_transpose(picture)
    return turned


def size_upright(picture: Image) -> tuple[int, int]:
    """Width and height of a picture turned as its camera says, which need not be decoded for it."""
    width, height = picture.size
    sideways = orientation(picture) > 4 and picture.format != "TIFF"  # which has that size already
    return (height, width) if sideways else (width, height)


def turned_as(picture: Image, held: int) -> Image:
    """A picture turned as if its camera had been held so."""
    from PIL.Image import Transpose  # noqa: PLC0415  # an extra

    turns = (
        *(Transpose.FLIP_LEFT_RIGHT, Transpose.ROTATE_180, Transpose.FLIP_TOP_BOTTOM, Transpose.TRANSPOSE),
        *(Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90),
    )
    return picture if held == 1 else picture.transpose(turns[held - 2])


def edges_turned_as(edges: Floats, size: tuple[int, int], held: int) -> Floats:
    """Left, upper, right and lower edges [count, 4] in a picture of a width and height, once it is turned so."""
    across, down = edges[:, ::2], edges[:, 1::2]
    if held in (2, 3, 7, 8):
        across = size[0] - across[:, ::-1]
    if held in (3, 4, 6, 7):
        down = size[1] - down[:, ::-1]
    first, second = (down, across) if held > 4 else (across, down)
    return np.stack([first, second], 2).reshape(-1, 4).astype(edges.dtype)
