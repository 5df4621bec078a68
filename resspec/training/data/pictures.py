"""Picture files, opened with the errors that a person needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from resspec.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image


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


def upright(picture: Image, path: str | Path) -> Image:
    """A picture turned as its camera says; DataError RS653 where its pixels have more than 8 bits."""
    from PIL import ImageOps  # noqa: PLC0415  # an extra

    refuse_deep(picture, path)
    turned: Image = ImageOps.exif_transpose(picture)
    return turned
