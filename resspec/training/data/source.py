"""What a data set is: labelled images in three fixed parts. Nothing here imports torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from resspec.errors import DataError
from resspec.training.data.framing import View
from resspec.training.plugin import Plugin

Part = Literal["train", "validation", "test"]
Truth = Literal["labels", "masks", "boxes", "images"]
"""What is told of an image: a label; the class of each pixel; a label and a box for each thing; a better image."""
HeldOut = Annotated[float, Field(ge=0, lt=1)]
SPLIT_SEED = 0
IGNORED = 255
"""The class of a pixel of which nothing is known."""


@dataclass(frozen=True, eq=False)
class Images:
    """Images in memory and the truth about them: `x` [count, channels, height, width] from 0 (black) to `white`, `y`
    [count, …]: labels [count] from 0, masks [count, height, width] of classes, boxes [count, most, 5], images."""

    x: NDArray[np.uint8]
    y: NDArray[Any]
    classes: int
    white: int = 255
    truth: Truth = "labels"

    def __len__(self) -> int:
        return len(self.y)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        channels, height, width = self.x.shape[1:]
        return channels, height, width

    def take(self, index: NDArray[np.intp]) -> Images:
        """The images at the given positions."""
        return Images(self.x[index], self.y[index], self.classes, self.white, self.truth)


class Samples(ABC):
    """Labelled images that are read one by one, each in its own size, by worker processes: pickled into them."""

    classes: int
    y: NDArray[Any]
    """Labels from 0, where labels are what is told."""
    truth: Truth = "labels"
    lenient: bool = False
    """Whether an image that cannot be read is left out and told at the end; otherwise it stops the run."""
    left_out: Sequence[str] = ()
    """What was wrong with images, or things on them, that are already left out."""
    whole: bool = False
    """Whether images that are judged keep their own sizes, so that each is a batch of its own."""

    def __len__(self) -> int:
        return len(self.y)

    @abstractmethod
    def read(self, index: int, view: View, random: Random) -> NDArray[np.uint8]:
        """An image [channels, height, width] as a view frames it; DataError RS656 names a damaged one."""

    def item(self, index: int, view: View, random: Random) -> tuple[NDArray[np.uint8], Any]:
        """An image and the truth about it, framed alike."""
        return self.read(index, view, random), self.y[index]

    def once(self) -> Samples:
        """Each picture once, where an epoch has several parts of it; the same by default."""
        return self

    @abstractmethod
    def take(self, index: NDArray[np.intp]) -> Samples:
        """The images at the given positions."""


class DataSource(Plugin):
    """A data set as a file names it; nothing is read before `load`."""

    family: ClassVar[str] = "data set"
    home: ClassVar[str] = "resspec.training.data"
    group: ClassVar[str] = "resspec.data"
    truths: ClassVar[tuple[Truth, ...]] = ("labels",)
    """What it can tell of its images; the first is what `load` tells."""

    @abstractmethod
    def load(self, part: Part) -> Images | Samples:
        """One part of the data, the same images in the same order every time; DataError when missing or damaged."""

    def load_for(self, truth: Truth, part: Part) -> Images | Samples:
        """One part of the data with the truth that a task needs; DataError where the data set does not know it. A
        data set that knows several says here which."""
        if truth not in self.truths:
            raise unsuited(self.truths[0], truth, self.kind)
        return self.load(part)


def unsuited(told: Truth, needed: Truth, kind: str = "") -> DataError:
    """The error of a data set that tells something else than a task needs."""
    named = f"the data set {kind!r}" if kind else "the data set"
    remedy = {
        "labels": "for a classifier: digits, imagefolder:FOLDER, …",
        "masks": "for segmentation: digit-scenes, masks:FOLDER",
        "boxes": "for detection: digit-scenes, voc:FOLDER, coco:FOLDER",
        "images": "for super-resolution: photographs, images:FOLDER",
    }[needed]
    return DataError.of("RS659", f"{named} tells {told} of its images, the network learns {needed}", remedy=remedy)


def resident(source: DataSource, part: Part, truth: Truth | None = None) -> Images:
    """A part that lies in memory as a whole; DataError where the data set reads its images one by one."""
    found = source.load_for(truth, part) if truth else source.load(part)
    if isinstance(found, Images):
        return found
    raise DataError.of("RS657", f"the data set {source.kind!r} is read image by image; this needs it in memory")


def split(y: NDArray[np.int64], shares: Mapping[Part, float], seed: int) -> dict[Part, NDArray[np.intp]]:
    """Positions of each part: a seeded draw that gives every class to the parts by the same shares, which sum to 1."""
    random = np.random.RandomState(seed)  # its stream is frozen, so that a split outlives releases of NumPy
    found: dict[Part, list[NDArray[np.intp]]] = {part: [] for part in shares}
    for label in np.unique(y):
        of_label = random.permutation(np.flatnonzero(y == label))
        ends = np.round(np.cumsum(list(shares.values())) * len(of_label)).astype(int)
        for part, chosen in zip(shares, np.split(of_label, ends[:-1]), strict=True):
            found[part].append(chosen)
    return {part: np.sort(np.concatenate([np.empty(0, np.intp), *chosen])) for part, chosen in found.items()}


def held_out(y: NDArray[np.int64], share: float, part: Part) -> NDArray[np.intp]:
    """Positions of the training or the validation part where a share of each class is held out for validation."""
    return split(y, {"train": 1 - share, "validation": share}, SPLIT_SEED)[part]
