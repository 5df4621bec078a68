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


def training_images(data: DataSource, shape: Shape, classes: int = 0) -> tuple[Images | Samples, Shape]:
    """A data set's training images and their channels, height and width: their own, or those that pictures in files are
    brought to. With `classes` their labels are what is told of them, and DataError RS654 where there are not as many;
    otherwise whatever the data set tells."""
    found = data.load_for("labels", "train") if classes else data.load("train")
    if classes and found.classes != classes:
        law = f"the networks are told {classes} classes, the data set has {found.classes}"
        raise DataError.of("RS654", law, remedy=f"condition.classes={found.classes} for both")
    return found, found.shape if isinstance(found, Images) else shape


def in_memory(found: Images | Samples, shape: Shape, *, labelled: bool = False) -> tuple[Images, tuple[Fault, ...]]:
    """The images, as those of one class whatever their labels, which are kept where they are wanted; and what was
    wrong with those that are left out. Errors as of `gathered`."""
    if not isinstance(found, Images):
        return gathered(found, shape, labelled=labelled)
    y = found.y if labelled else np.zeros(len(found), np.int64)
    return replace(found, y=y, classes=1, truth="labels"), ()


def gathered(samples: Samples, shape: Shape, *, labelled: bool = False) -> tuple[Images, tuple[Fault, ...]]:
    """All images at channels, height and width, each the middle of its picture, as large as fits, with their labels or
    all with label 0; and what was wrong with those that are left out. DataError where an image cannot be read and that
    stops the run, where none can, or where there are too many (RS657)."""
    samples = samples.once()
    size = len(samples) * math.prod(shape)
    if size > MOST:
        message = f"{len(samples):,} images of {'x'.join(map(str, shape))} take {size:,} bytes, more than {MOST:,}"
        raise DataError.of("RS657", message, remedy="take fewer or smaller images")
    view = View(shape, centre=1.0)
    faults: list[Fault] = []
    images, kept = np.empty((len(samples), *shape), np.uint8), list[int]()
    for index in range(len(samples)):
        try:
            images[len(kept)] = samples.read(index, view, Random(0))  # noqa: S311  # nothing is drawn
        except DataError as error:
            if not samples.lenient:
                raise
            faults += error.faults[:1]
            continue
        kept.append(index)
    if not kept:
        raise DataError(faults[0])
    y = samples.y[kept] if labelled else np.zeros(len(kept), np.int64)
    return Images(images[: len(kept)], y, classes=1), tuple(faults)
