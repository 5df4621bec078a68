"""What a data set is: labelled 8-bit images in three fixed parts. Nothing here imports torch."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from resspec.training.plugin import Plugin

Part = Literal["train", "validation", "test"]


@dataclass(frozen=True, eq=False)
class Images:
    """Labelled images: `x` [count, channels, height, width] from 0 (black) to `white`, `y` [count] from 0."""

    x: NDArray[np.uint8]
    y: NDArray[np.int64]
    classes: int
    white: int = 255

    def __len__(self) -> int:
        return len(self.y)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        channels, height, width = self.x.shape[1:]
        return channels, height, width

    def take(self, index: NDArray[np.intp]) -> Images:
        """The images at the given positions."""
        return Images(self.x[index], self.y[index], self.classes, self.white)


class DataSource(Plugin):
    """A data set as a file names it; nothing is read before `load`."""

    family: ClassVar[str] = "data set"
    home: ClassVar[str] = "resspec.training.data"
    group: ClassVar[str] = "resspec.data"

    @abstractmethod
    def load(self, part: Part) -> Images:
        """One part of the data, the same images in the same order every time; DataError when missing or damaged."""


def split(y: NDArray[np.int64], shares: Mapping[Part, float], seed: int) -> dict[Part, NDArray[np.intp]]:
    """Positions of each part: a seeded draw that gives every class to the parts by the same shares, which sum to 1."""
    random = np.random.RandomState(seed)  # its stream is frozen, so that a split outlives releases of NumPy
    found: dict[Part, list[NDArray[np.intp]]] = {part: [] for part in shares}
    for label in np.unique(y):
        of_label = random.permutation(np.flatnonzero(y == label))
        ends = np.round(np.cumsum(list(shares.values())) * len(of_label)).astype(int)
        for part, chosen in zip(shares, np.split(of_label, ends[:-1]), strict=True):
            found[part].append(chosen)
    return {part: np.sort(np.concatenate(chosen)) for part, chosen in found.items()}
