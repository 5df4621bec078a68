"""The two photographs that scikit-learn carries, for networks that enlarge images."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from resspec.errors import DataError
from resspec.training.data.source import DataSource, Images, Part, Truth, unsuited

PHOTOGRAPHS: dict[Part, str] = {"train": "china.jpg", "validation": "china.jpg", "test": "flower.jpg"}
LEFT = 0.75
"""The part of the first photograph that is trained on; what is right of it is the validation part."""
SEED = 0


class Photographs(DataSource):
    """Squares cut from photographs, and the same squares `scale` times smaller by bicubic interpolation: three quarters
    of one photograph for training (squares at random places, by a fixed seed), the rest of it for validation, another
    photograph for test (squares side by side)."""

    kind: ClassVar[str] = "photographs"
    truths: ClassVar[tuple[Truth, ...]] = ("images",)

    scale: Annotated[int, Field(ge=2, le=8)] = 2
    """How many times smaller the images are."""
    side: Annotated[int, Field(ge=8)] = 24
    """Pixels of a small square's side."""
    count: Annotated[int, Field(ge=1)] = 1200
    """Squares of the training part."""

    def load(self, part: Part) -> Images:
        """Small squares [count, 3, side, side], and large ones as their truth; DataError where a library is missing."""
        large = photograph(PHOTOGRAPHS[part])
        side = self.side * self.scale
        cut = int(LEFT * large.shape[1]) // self.scale * self.scale
        if part != "test":
            large = large[:, :cut] if part == "train" else large[:, cut:]
        large = large[: len(large) // self.scale * self.scale, : large.shape[1] // self.scale * self.scale]
        if min(large.shape[:2]) < side:
            raise DataError.of("RS653", f"the photographs have no squares of {side} pixels", remedy="lower side")
        small = reduced(large, self.scale)
        places = self.places(part, small.shape[0] - self.side, small.shape[1] - self.side)
        x = squares(small, places, self.side)
        return Images(x, squares(large, places * self.scale, side), classes=0, truth="images")

    def load_for(self, truth: Truth, part: Part) -> Images:
        """The part, where a larger image is what is learnt."""
        if truth != "images":
            raise unsuited("images", truth, self.kind)
        return self.load(part)

    def places(self, part: Part, rows: int, columns: int) -> NDArray[np.intp]:
        """Upper left corners [count, 2] of small squares."""
        if part == "train":
            random = np.random.RandomState(SEED)  # its stream is frozen
            return np.stack([random.randint(0, end + 1, self.count) for end in (rows, columns)], 1)
        grid = np.meshgrid(np.arange(0, rows + 1, self.side), np.arange(0, columns + 1, self.side), indexing="ij")
        return np.stack(grid, -1).reshape(-1, 2)


@cache
def photograph(name: str) -> NDArray[np.uint8]:
    """A photograph [height, width, 3]."""
    try:
        from sklearn.datasets import load_sample_image  # noqa: PLC0415  # a second to import, and may be missing

        return np.asarray(load_sample_image(name))
    except ImportError as error:
        raise DataError.of(
            "RS651",
            f"the photographs are part of scikit-learn and read by Pillow: {error}",
            remedy="pip install scikit-learn pillow",
        ) from None


def reduced(image: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """An image `scale` times smaller, by bicubic interpolation over the area that a pixel covers."""
    from PIL import Image  # noqa: PLC0415  # the photographs could not have been read without it

    height, width = image.shape[:2]
    small = Image.fromarray(image).resize((width // scale, height // scale), Image.Resampling.BICUBIC)
    return np.asarray(small)


def squares(image: NDArray[np.uint8], places: NDArray[Any], side: int) -> NDArray[np.uint8]:
    """Squares [count, 3, side, side] with their upper left corners at places."""
    cut = [image[top : top + side, left : left + side].transpose(2, 0, 1) for top, left in places]
    return np.ascontiguousarray(np.stack(cut))
