"""Pictures in files as images of one size in memory."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np

from resspec.errors import DataError, Fault
from resspec.training.data.framing import View
from resspec.training.data.source import DataSource, Images, Samples

Shape = tuple[int, int, int]
MOST = 8 << 30
"""Bytes of images that are gathered."""


def unlabelled(data: DataSource, shape: Shape) -> tuple[Images | Samples, Shape]:
    """A data set's training images, whatever it tells of them, and their channels, height and width: their own, or
    those that pictures in files are brought to."""
    found = data.load("train")
    return found, found.shape if isinstance(found, Images) else shape


def in_memory(found: Images | Samples, shape: Shape) -> tuple[Images, tuple[Fault, ...]]:
    """The images without classes, and what was wrong with those that are left out; errors as of `gathered`."""
    if isinstance(found, Images):
        return replace(found, y=np.zeros(len(found), np.int64), classes=1, truth="labels"), ()
    return gathered(found, shape)


def gathered(samples: Samples, shape: Shape) -> tuple[Images, tuple[Fault, ...]]:
    """All images at channels, height and width, each the middle of its picture, as large as fits; and what was wrong
    with those that are left out. DataError where an image cannot be read and that stops the run, where none can, or
    where there are too many (RS657)."""
    samples = samples.once()
    size = len(samples) * math.prod(shape)
    if size > MOST:
        message = f"{len(samples):,} images of {'x'.join(map(str, shape))} take {size:,} bytes, more than {MOST:,}"
        raise DataError.of("RS657", message, remedy="take fewer or smaller images")
    view = View(shape, centre=1.0)
    faults: list[Fault] = []
    images, kept = np.empty((len(samples), *shape), np.uint8), 0
    for index in range(len(samples)):
        try:
            images[kept] = samples.read(index, view, Random(0))  # noqa: S311  # nothing is drawn
        except DataError as error:
            if not samples.lenient:
                raise
            faults += error.faults[:1]
            continue
        kept += 1
    if not kept:
        raise DataError(faults[0])
    return Images(images[:kept], np.zeros(kept, np.int64), classes=1), tuple(faults)
