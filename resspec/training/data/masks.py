"""Folders of pictures with a mask for each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from resspec.errors import DataError, Fault
from resspec.training.data.framing import View, framed_alike
from resspec.training.data.imagefolder import files_below
from resspec.training.data.pictures import opened, orientation, turned_as, upright
from resspec.training.data.source import IGNORED, DataSource, Part, Samples, Truth

FOLDERS: dict[Part, tuple[str, ...]] = {"train": ("train",), "validation": ("val", "validation"), "test": ("test",)}
LAYOUT = "expected train/, val/ and test/, each with images/NAME.jpg and masks/NAME.png"
MODES = ("1", "L", "P")
"""Pillow's names for pictures whose bytes are classes: one bit, grey, palette."""
LEFT_OUT = "or leave such images out with `data.damaged=skip`"


class Masks(DataSource):
    """A folder with train/, val/ and test/, each with images/ and masks/: a mask has its image's name and ends in .png;
    its bytes (grey or palette) are the classes of the pixels from 0, and 255 is for pixels that do not count. It lies
    on its image turned as the camera says; one that fits only the pixels as the file has them is turned with them."""

    kind: ClassVar[str] = "masks"
    short: ClassVar[str] = "folder"
    truths: ClassVar[tuple[Truth, ...]] = ("masks",)

    folder: str
    """The folder that holds the parts; relative to the working directory."""
    classes: Annotated[int, Field(ge=2, le=IGNORED)] | None = None
    """Number of classes; by default one more than the largest in the masks of train/, all of which are read for it."""
    damaged: Literal["stop", "skip"] = "stop"
    """What an image without a usable mask, or one that cannot be decoded, does: end the run, or be left out and told at
    the end."""

    def load(self, part: Part) -> MaskedFiles:
        """The files of a part; DataError where folders are missing or empty, or where a mask is missing and that stops
        the run."""
        root = Path(self.folder).expanduser()
        files = pairs(folder_of(root, part), lenient=self.damaged == "skip")
        classes = self.classes or pairs(folder_of(root, "train"), lenient=True).most() + 1
        return replace(files, classes=classes)


def folder_of(root: Path, part: Part) -> Path:
    """The folder of a part; DataError where there is none."""
    found = next((root / name for name in FOLDERS[part] if (root / name / "images").is_dir()), None)
    if found is None:
        raise DataError.of("RS652", f"there is no folder {root / FOLDERS[part][0] / 'images'}", remedy=LAYOUT)
    return found


def pairs(folder: Path, *, lenient: bool) -> MaskedFiles:
    """The pictures of a part with the masks of their names."""
    images = files_below(folder / "images")
    if not images:
        raise DataError.of("RS652", f"there are no images below {folder / 'images'}", remedy=LAYOUT)
    names = (Path(path).relative_to(folder / "images").with_suffix(".png") for path in images)
    masks = tuple(str(folder / "masks" / name) for name in names)
    if not lenient:
        missing = [without_mask(mask) for mask in masks if not Path(mask).is_file()]
        if missing:
            raise DataError(*missing)
    return MaskedFiles(images, masks, classes=IGNORED, lenient=lenient)


def without_mask(path: str) -> Fault:
    """The fault of a mask that is not there."""
    return Fault("RS666", f"there is no mask {path}", remedy=f"draw it, {LEFT_OUT}")


@dataclass(frozen=True, eq=False)
class MaskedFiles(Samples):
    """Image files and the files of their masks."""

    images: tuple[str, ...]
    masks: tuple[str, ...]
    classes: int
    lenient: bool = False
    truth: Truth = "masks"
    y: NDArray[Any] = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.images)

    def read(self, index: int, view: View, random: Random) -> NDArray[np.uint8]:
        """The image without its mask."""
        return self.item(index, view, random)[0]

    def item(self, index: int, view: View, random: Random) -> tuple[NDArray[np.uint8], Any]:
        """An image, upright, and its mask [height, width], framed alike; DataError RS656 or RS666 names the file at
        fault."""
        with opened(self.images[index], f"expected a whole image, {LEFT_OUT}") as stored, self._mask(index) as drawn:
            held = orientation(stored)
            picture = upright(stored, self.images[index])
            if drawn.mode not in MODES:
                message = f"{self.masks[index]} has pixels of {drawn.mode}, not classes"
                raise DataError.of("RS666", message, remedy=f"save it as a grey or palette PNG, {LEFT_OUT}")
            lying = drawn.size == stored.size != picture.size  # drawn on the pixels as they lie in the file
            mask = turned_as(drawn, held) if lying else drawn
            if mask.size != picture.size:
                (wide, high), (width, height) = mask.size, picture.size
                message = f"{self.masks[index]} has {wide}x{high} pixels, its image {width}x{height}"
                raise DataError.of("RS666", message, remedy=f"give it its image's size, {LEFT_OUT}")
            self._check(index, np.asarray(mask))
            return framed_alike(picture, mask if mask.mode != "1" else mask.convert("L").point(bool), view, random)

    def most(self) -> int:
        """The largest class in the masks that can be read."""
        found = 0
        for index in range(len(self)):
            try:
                with self._mask(index) as mask:
                    classes = np.asarray(mask)
            except DataError:
                continue  # told where the image is read
            known = classes[classes != IGNORED]
            found = max(found, int(known.max())) if known.size else found
        return found

    def take(self, index: NDArray[np.intp]) -> MaskedFiles:
        """The files at the given positions."""
        images, masks = (tuple(paths[i] for i in index) for paths in (self.images, self.masks))
        return replace(self, images=images, masks=masks)

    def _mask(self, index: int) -> Any:
        path = self.masks[index]
        if not Path(path).is_file():
            raise DataError(without_mask(path))
        return opened(path, f"expected a whole PNG, {LEFT_OUT}")

    def _check(self, index: int, classes: NDArray[Any]) -> None:
        """DataError where a pixel's class is none of the classes."""
        strange = (classes >= self.classes) & (classes != IGNORED)
        if strange.any():
            row, column = (int(places[0]) for places in np.nonzero(strange))
            at = f"{int(classes[row, column])} at row {row}, column {column}"
            message = f"{self.masks[index]} holds class {at}; there are {self.classes} classes, from 0"
            raise DataError.of("RS666", message, remedy=f"correct it, or set `classes`, {LEFT_OUT}")
