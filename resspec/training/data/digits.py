"""The handwritten digits that scikit-learn carries: 1,797 images of 8x8 pixels in 17 greys (Alpaydin and Kaynak,
1998)."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import numpy as np

from resspec.errors import DataError
from resspec.training.data.source import DataSource, Images, Part, split

SHARES: dict[Part, float] = {"train": 0.5, "validation": 0.25, "test": 0.25}
SPLIT_SEED = 0


class Digits(DataSource):
    """Half of the digits for training, a quarter each for validation and test."""

    kind: ClassVar[str] = "digits"

    def load(self, part: Part) -> Images:
        """A part of the digits; DataError where scikit-learn is missing."""
        everything = _read()
        return everything.take(split(everything.y, SHARES, SPLIT_SEED)[part])


@cache
def _read() -> Images:
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415  # a second to import, and may be missing
    except ImportError:
        raise DataError.of(
            "RS651",
            "the data set 'digits' is part of scikit-learn, which is not installed",
            remedy="pip install scikit-learn",
        ) from None
    found = load_digits()
    return Images(found.images.astype(np.uint8)[:, None], found.target.astype(np.int64), classes=10, white=16)
