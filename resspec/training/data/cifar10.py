"""CIFAR-10 (Krizhevsky, 2009) from two NumPy files."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import ClassVar

import numpy as np

from resspec.errors import DataError
from resspec.training.data.source import DataSource, Images, Part, split

SIDE = 32
CLASSES = 10
VALIDATION_SHARE = 0.1
SPLIT_SEED = 0
EXPECTED = f"`x` of 8-bit images [count, {SIDE}, {SIDE}, 3] and `y` of as many labels below {CLASSES}"


class Cifar10(DataSource):
    """A folder with train.npz and test.npz, each with `x` and `y`. A tenth of each class of train.npz is for
    validation."""

    kind: ClassVar[str] = "cifar10"
    short: ClassVar[str] = "folder"

    folder: str
    """The folder that holds both files; relative to the working directory."""

    def load(self, part: Part) -> Images:
        """A part of the data; DataError names the file at fault and what was expected."""
        folder = Path(self.folder).expanduser()
        if part == "test":
            return _read(folder / "test.npz")
        images = _read(folder / "train.npz")
        shares: dict[Part, float] = {"train": 1 - VALIDATION_SHARE, "validation": VALIDATION_SHARE}
        return images.take(split(images.y, shares, SPLIT_SEED)[part])


def _read(file: Path) -> Images:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            x, y = arrays["x"], arrays["y"]
    except FileNotFoundError:
        raise DataError.of("RS652", f"there is no file {file}", remedy=f"expected {EXPECTED}") from None
    except KeyError as error:
        raise DataError.of("RS653", f"{file}: {error.args[0]}", remedy=f"expected {EXPECTED}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, TypeError) as error:
        raise DataError.of(
            "RS653", f"{file} is damaged or no .npz file: {error}", remedy=f"expected {EXPECTED}"
        ) from None
    labels = np.asarray(y).reshape(-1)
    fits = x.dtype == np.uint8 and x.shape == (len(labels), SIDE, SIDE, 3) and len(labels) > 0
    if not fits or labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= CLASSES:
        got = f"x is {x.dtype} {list(x.shape)}, y {y.dtype} {list(np.shape(y))}"
        raise DataError.of("RS653", f"{file} holds something else: {got}", remedy=f"expected {EXPECTED}")
    return Images(np.ascontiguousarray(x.transpose(0, 3, 1, 2)), labels.astype(np.int64), classes=CLASSES)
