"""Any torch Dataset that an installed package offers by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from random import Random
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from resspec.errors import DataError, did_you_mean
from resspec.training.data.framing import View, framed
from resspec.training.data.source import DataSource, HeldOut, Part, Samples, held_out

GROUP = "resspec.datasets"
EXPECTED = "expected (image, label): an 8-bit array or tensor [channels, height, width] or a Pillow image, and an int"


class TorchDataset(DataSource):
    """A dataset that a package offers in the entry-point group `resspec.datasets`: a function of the part (`train`,
    `test`, or `validation`, for which it may return None) that gives a torch Dataset."""

    kind: ClassVar[str] = "dataset"
    short: ClassVar[str] = "name"

    name: str
    """The entry point's name."""
    validation: HeldOut = 0.1
    """Share of the training images that is held out where the package has no validation part."""

    def load(self, part: Part) -> Samples:
        """The part that the package gives; DataError where no package offers it."""
        make = offered(self.name)
        if part == "test":
            return listed(self.name, make("test"))
        own = make("validation")
        if own is not None and part == "validation":
            return listed(self.name, own)
        everything = listed(self.name, make("train"))
        return everything if own is not None else everything.take(held_out(everything.y, self.validation, part))


def offered(name: str) -> Callable[[Part], Any]:
    """The function behind an entry point."""
    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        remedy = did_you_mean(name, points) if points else f"no installed package offers one in {GROUP!r}"
        raise DataError.of("RS652", f"there is no dataset {name!r}", remedy=remedy)
    return points[name].load()  # type: ignore[no-any-return]  # what a package offers has no type


def listed(name: str, dataset: Any) -> Items:
    """A dataset with its labels, from `targets` where it has them, otherwise from every item."""
    labels = getattr(dataset, "targets", None)
    try:
        y = np.asarray(labels if labels is not None else [dataset[i][1] for i in range(len(dataset))]).reshape(-1)
    except (TypeError, IndexError, ValueError) as error:
        raise DataError.of("RS653", f"the dataset {name!r} has no labels: {error}", remedy=EXPECTED) from None
    if y.dtype.kind not in "iu" or not len(y) or y.min() < 0:
        raise DataError.of("RS653", f"the dataset {name!r} has labels of {y.dtype}", remedy=EXPECTED)
    classes = len(getattr(dataset, "classes", ())) or int(y.max()) + 1
    return Items(name, dataset, np.arange(len(y)), y.astype(np.int64), classes)


@dataclass(frozen=True, eq=False)
class Items(Samples):
    """Positions in a dataset and their labels."""

    name: str
    dataset: Any
    places: NDArray[np.intp]
    y: NDArray[np.int64]
    classes: int

    def read(self, index: int, view: View, random: Random) -> NDArray[np.uint8]:
        """One item's image; a Pillow image is framed, an array is taken as it is."""
        image = self.dataset[int(self.places[index])][0]
        if hasattr(image, "getbands"):
            return framed(image, view, random)
        pixels = np.asarray(image)
        if pixels.dtype != np.uint8 or pixels.ndim != 3:
            got = f"item {index} of {self.name!r} has an image of {pixels.dtype} {list(pixels.shape)}"
            raise DataError.of("RS653", got, remedy=EXPECTED)
        return pixels

    def take(self, index: NDArray[np.intp]) -> Items:
        """The items at the given positions."""
        return replace(self, places=self.places[index], y=self.y[index])
