"""COCO's average precision, by pycocotools."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from resspec.errors import DataError
from resspec.training.detection.way import MOST, UNCOUNTED

Rows = NDArray[np.float64]
HALF, THREE_QUARTERS = 0, 5
"""Where IoUs of 0.5 and 0.75 stand among COCO's ten."""


class Precisions(TypedDict):
    """Average precisions from 0 to 1, and that of each class, None where there is nothing to find."""

    map50: float
    map75: float
    map: float
    aps: tuple[float | None, ...]


def required() -> None:
    """DataError where pycocotools is missing."""
    try:
        import pycocotools  # noqa: F401, PLC0415  # an extra
    except ImportError:
        missing = "boxes are judged by pycocotools, which is not installed"
        raise DataError.of("RS651", missing, remedy="pip install 'resspec[detection]'") from None


def average_precisions(found: Rows, true: Rows, classes: int) -> Precisions:
    """The figures of rows (image, label, left, upper, right, lower, score) that were found, against rows without a
    score that are there; a label of -2 - c is a thing of class c that need not be found."""
    from pycocotools.coco import COCO  # noqa: PLC0415  # an extra
    from pycocotools.cocoeval import COCOeval  # noqa: PLC0415

    with redirect_stdout(StringIO()):  # it tells what it does
        judged = COCOeval(listed(COCO(), true, classes), listed(COCO(), found, classes), "bbox")
        judged.params.imgIds = sorted({int(row[0]) for rows in (found, true) for row in rows})
        judged.params.catIds = list(range(classes))
        judged.params.areaRng, judged.params.areaRngLbl = [[0, 1e12]], ["all"]
        judged.params.maxDets = [MOST]
        judged.evaluate()
        judged.accumulate()
    precision = judged.eval["precision"][..., 0, 0]  # by IoU, recall and class; -1 where there is nothing to find
    there = (precision > -1).all((0, 1))
    if not there.any():
        return Precisions(map50=0.0, map75=0.0, map=0.0, aps=(None,) * classes)
    known = precision[..., there]
    return Precisions(
        map50=float(known[HALF].mean()),
        map75=float(known[THREE_QUARTERS].mean()),
        map=float(known.mean()),
        aps=tuple(float(precision[..., label].mean()) if there[label] else None for label in range(classes)),
    )


def listed(into: Any, rows: Rows, classes: int) -> Any:
    """A list of boxes as pycocotools keeps it."""
    things = []
    for number, (image, label, left, upper, right, lower, *score) in enumerate(rows.tolist(), 1):
        spared = label <= UNCOUNTED
        width, height = right - left, lower - upper
        thing = {
            "id": number,
            "image_id": int(image),
            "category_id": int(UNCOUNTED - label if spared else label),
            "bbox": [left, upper, width, height],
            "area": width * height,
            "iscrowd": int(spared),
        }
        things.append(thing | ({"score": score[0]} if score else {}))
    into.dataset = {
        "images": [{"id": int(image)} for image in np.unique(rows[:, 0])],
        "categories": [{"id": label} for label in range(classes)],
        "annotations": things,
    }
    into.createIndex()
    return into
