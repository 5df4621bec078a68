"""A small set of blood smears in VOC's layout, and what the tests of box folders share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resspec.errors import DataError
from resspec.training.data import DataSource
from resspec.training.data.boxes import BoxFiles

NAMES = ("Platelets", "RBC", "WBC")


SMALL = {
    "input": [3, 48, 64],
    "stem": {"kind": "conv3x3", "width": 8, "stride": 2},
    "block": "basic",
    "stages": [{"depth": 1, "width": 8, "stride": 2}, {"depth": 1, "width": 16, "stride": 2}],
    "neck": {"kind": "fpn", "width": 16},
    "heads": {"kind": "fcos", "classes": 3, "depth": 1, "norm": {"kind": "group", "groups": 4}},
}
"""A net for these pictures."""


Box = tuple[str, int, int, int, int]


def cells(random: np.random.RandomState, width: int, height: int) -> tuple[np.ndarray[Any, Any], list[Box]]:
    """A picture of discs in the colours of their classes, and their boxes."""
    pixels = np.full((height, width, 3), 230, np.uint8)
    boxes: list[Box] = []
    for column in range(0, width - 40, 40):
        label = random.randint(3)
        radius = (6, 12, 18)[label]
        x, y = column + 20, random.randint(radius, height - radius)
        rows, columns = np.ogrid[:height, :width]
        pixels[(rows - y) ** 2 + (columns - x) ** 2 < radius**2] = [(150, 90, 180), (210, 60, 60), (60, 30, 140)][label]
        boxes.append((NAMES[label], x - radius, y - radius, x + radius, y + radius))
    return pixels, boxes


def thing(name: str, left: float, upper: float, right: float, lower: float, extra: str = "") -> str:
    box = f"<xmin>{left}</xmin>\n<ymin>{upper}</ymin>\n<xmax>{right}</xmax>\n<ymax>{lower}</ymax>"
    return f"<object>\n<name>{name}</name>{extra}\n<bndbox>\n{box}\n</bndbox>\n</object>\n"


def note(path: Path, boxes: list[Box], width: int, height: int, more: str = "") -> None:
    objects = "".join(thing(*box) for box in boxes)
    size = f"<size><width>{width}</width><height>{height}</height><depth>3</depth></size>"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"<annotation>\n<filename>{path.stem}.jpg</filename>\n{size}\n{objects}{more}</annotation>\n"
    path.write_text(text)


def picture(path: Path, pixels: np.ndarray[Any, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: folders of pictures are not read")
    image.fromarray(pixels).save(path)


def smears_in(folder: Path) -> Path:
    """A set of blood smears in VOC's layout: twelve pictures of two sizes, two of them with a degenerate box."""
    random = np.random.RandomState(0)
    root = folder / "smears"
    for number in range(12):
        width, height = ((160, 120), (120, 120))[number % 2]
        pixels, boxes = cells(random, width, height)
        picture(root / "JPEGImages" / f"smear{number:02}.jpg", pixels)
        more = thing("RBC", 40, 50, 40, 70) if number in {1, 7} else ""
        note(root / "Annotations" / f"smear{number:02}.xml", boxes, width, height, more)
    sets = root / "ImageSets" / "Main"
    sets.mkdir(parents=True)
    for name, numbers in (("train", range(6)), ("val", range(6, 9)), ("test", range(9, 12))):
        (sets / f"{name}.txt").write_text("".join(f"smear{number:02}\n" for number in numbers))
    return root


def lenient(root: Path, kind: str = "voc", **fields: Any) -> DataSource:
    return DataSource.read({"kind": kind, "folder": str(root), "damaged": "skip", **fields})


def loaded(source: DataSource, part: Any = "train") -> BoxFiles:
    found = source.load_for("boxes", part)
    assert isinstance(found, BoxFiles)
    return found


def refused(source: DataSource, part: Any = "train") -> str:
    with pytest.raises(DataError) as told:
        source.load_for("boxes", part)
    return str(told.value)
