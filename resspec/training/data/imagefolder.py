"""Trees of image files: one folder per class."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from resspec.errors import DataError
from resspec.training.data.framing import View, drafted, framed
from resspec.training.data.pictures import opened, upright
from resspec.training.data.source import DataSource, HeldOut, Part, Samples, held_out

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm", ".tif", ".tiff", ".gif")
FOLDERS: dict[Part, tuple[str, ...]] = {"train": ("train",), "validation": ("validation",), "test": ("test", "val")}
LAYOUT = "expected train/CLASS/*.jpg and test/CLASS/*.jpg (or val/), and validation/ where you have one"


class ImageFolder(DataSource):
    """A folder with train/CLASS/IMAGE and test/CLASS/IMAGE (or val/, as ImageNet has it). Where there is no
    validation/, a share of each class of train/ is held out."""

    kind: ClassVar[str] = "imagefolder"
    short: ClassVar[str] = "folder"

    folder: str
    """The folder that holds the parts; relative to the working directory."""
    validation: HeldOut = 0.1
    """Share of the training images that is held out where there is no folder validation/."""
    damaged: Literal["stop", "skip"] = "stop"
    """What an image that cannot be decoded does: end the run, or be left out and told at the end."""

    def load(self, part: Part) -> Samples:
        """The files of a part; DataError where folders are missing or empty. No image is opened."""
        root = Path(self.folder).expanduser()
        own = next((root / name for name in FOLDERS[part] if (root / name).is_dir()), None)
        if own is not None and (part != "train" or (root / "validation").is_dir()):
            return self._listed(own, classes_of(train_folder(root) if part != "test" else own))
        if part == "test":
            raise DataError.of("RS652", f"{root} has neither test/ nor val/", remedy=LAYOUT)
        everything = self._listed(train_folder(root), classes_of(train_folder(root)))
        return everything.take(held_out(everything.y, self.validation, part))

    def _listed(self, folder: Path, classes: tuple[str, ...]) -> Files:
        """The image files below a part's folder, class by class, by name."""
        strange = sorted(set(classes_of(folder)) - set(classes))
        if strange:
            raise DataError.of("RS653", f"{folder} has classes that train/ lacks: {', '.join(strange[:5])}")
        paths: list[str] = []
        labels: list[int] = []
        for label, name in enumerate(classes):
            found = files_below(folder / name)
            paths += found
            labels += [label] * len(found)
        if not paths:
            raise DataError.of("RS652", f"there are no images below {folder}", remedy=LAYOUT)
        return Files(tuple(paths), np.asarray(labels, np.int64), len(classes), lenient=self.damaged == "skip")


def train_folder(root: Path) -> Path:
    """The folder of the training images; DataError where there is none."""
    if not (root / "train").is_dir():
        raise DataError.of("RS652", f"there is no folder {root / 'train'}", remedy=LAYOUT)
    return root / "train"


def classes_of(folder: Path) -> tuple[str, ...]:
    """The names of the classes: the folders in a folder, sorted; their places are the labels."""
    return tuple(sorted(entry.name for entry in os.scandir(folder) if entry.is_dir()))


@cache
def files_below(folder: Path) -> tuple[str, ...]:
    """The image files in a folder and below it, sorted."""
    found = (os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)  # noqa: PTH118  # millions
    return tuple(sorted(path for path in found if path.lower().endswith(SUFFIXES)))


@dataclass(frozen=True, eq=False)
class Files(Samples):
    """Image files and their labels."""

    paths: tuple[str, ...]
    y: NDArray[np.int64]
    classes: int
    lenient: bool = False

    def read(self, index: int, view: View, random: Random) -> NDArray[np.uint8]:
        """Decode one file, upright."""
        with opened(self.paths[index], "expected a whole image; `data.damaged=skip` leaves such files out") as picture:
            return framed(upright(drafted(picture, view), self.paths[index]), view, random)

    def take(self, index: NDArray[np.intp]) -> Files:
        """The files at the given positions."""
        return replace(self, paths=tuple(self.paths[i] for i in index), y=self.y[index])
