"""Pictures whose cameras were held otherwise than upright are read upright, with what is told about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from resspec.errors import DataError
from resspec.training.data import DataSource, Samples
from resspec.training.data.framing import View
from resspec.training.data.source import Part

image = pytest.importorskip("PIL.Image")
TURN = image.Transpose
LYING = {
    1: None,
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_90,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_270,
}
"""What was done to upright pixels before they were written, by what the file then says of the camera."""
WIDE, HIGH = 30, 20
BOX = (3, 2, 12, 9)
SEEN = View((3, 24, 24), centre=1.0)


def loaded(data: str | dict[str, Any], part: Part = "train") -> Samples:
    """The pictures of a part."""
    found = DataSource.read(data).load(part)
    assert isinstance(found, Samples)
    return found


def scene() -> Any:
    """An upright picture that is like itself in no other position, with a bright thing in `BOX`."""
    rows, columns = np.mgrid[:HIGH, :WIDE]
    pixels = np.stack([3 * rows, 2 * columns, rows + columns], 2).astype(np.uint8)
    pixels[BOX[1] : BOX[3], BOX[0] : BOX[2]] = 250
    return image.fromarray(pixels)


def shape() -> Any:
    """The mask of the thing."""
    return scene().convert("L").point(lambda value: value > 200)


def saved(picture: Any, path: Path, held: int = 1, told: int | None = None) -> None:
    """A picture as a camera that was held so writes it; `told` is what the file says, where it is not that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = image.Exif()
    exif[0x0112] = held if told is None else told
    method = LYING[held]
    (picture if method is None else picture.transpose(method)).save(path, exif=exif)


def note(path: Path, box: tuple[float, ...], size: tuple[int, int] | None) -> None:
    """An annotation of one thing, which may say how large its picture is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    edges = "".join(f"<{tag}>{edge:g}</{tag}>" for tag, edge in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    sides = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>" if size else ""
    thing = f"<object><name>thing</name><bndbox>{edges}</bndbox></object>"
    path.write_text(f"<annotation>{sides}{thing}</annotation>")


def classes(root: Path, held: int) -> Samples:
    """A folder of classes."""
    saved(scene(), root / "train" / "a" / "0.png", held)
    return loaded({"kind": "imagefolder", "folder": str(root), "validation": 0})


def photographs(root: Path, held: int) -> Samples:
    """A folder of photographs."""
    saved(scene(), root / "test" / "0.png", held)
    return loaded(f"images:{root}", "test")


def masked(root: Path, held: int) -> Samples:
    """A folder of masks, drawn on the upright picture."""
    saved(scene(), root / "train" / "images" / "0.png", held)
    saved(shape(), root / "train" / "masks" / "0.png")
    return loaded(f"masks:{root}")


def masked_lying(root: Path, held: int) -> Samples:
    """A folder of masks, drawn on the pixels as they lie in the file where that can be told by their size."""
    saved(scene(), root / "train" / "images" / "0.png", held)
    saved(shape(), root / "train" / "masks" / "0.png", held if held > 4 else 1, told=1)
    return loaded(f"masks:{root}")


def boxed(root: Path, held: int) -> Samples:
    """A folder of boxes, drawn on the upright picture."""
    saved(scene(), root / "JPEGImages" / "0.png", held)
    note(root / "Annotations" / "0.xml", BOX, (WIDE, HIGH))
    return loaded({"kind": "voc", "folder": str(root), "validation": 0, "test": 0})


def boxed_without_size(root: Path, held: int) -> Samples:
    """The same where no size is told."""
    boxed(root, held)
    note(root / "Annotations" / "0.xml", BOX, None)
    return loaded({"kind": "voc", "folder": str(root), "validation": 0, "test": 0})


def boxed_lying(root: Path, held: int) -> Samples:
    """A folder of boxes, drawn on the pixels as they lie in the file where that can be told by their size."""
    found = boxed(root, held)
    if held > 4:
        thing = np.asarray(shape().transpose(LYING[held]))
        rows, columns = np.nonzero(thing)
        lying = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        note(root / "Annotations" / "0.xml", lying, (HIGH, WIDE))
        found = loaded({"kind": "voc", "folder": str(root), "validation": 0, "test": 0})
    return found


FOLDERS = (classes, photographs, masked, masked_lying, boxed, boxed_without_size, boxed_lying)


def shown(found: Samples) -> list[Any]:
    """What a network is shown of the first picture, and what is told about it."""
    return [
        found.read(0, SEEN, Random(0)),
        *(found.item(0, SEEN, Random(0)) if found.truth != "labels" else ()),
    ]


@pytest.mark.parametrize("held", range(2, 9))
@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.__name__ for folder in FOLDERS])
def test_a_picture_is_shown_as_it_is_upright_with_what_is_told_about_it(
    folder: Callable[[Path, int], Samples], held: int, tmp_path: Path
):
    upright, turned = shown(folder(tmp_path / "upright", 1)), shown(folder(tmp_path / "turned", held))
    assert all(np.array_equal(one, two) for one, two in zip(upright, turned, strict=True))


@pytest.mark.parametrize("suffix", ["tif", "webp"])
def test_files_of_every_sort_are_read_upright(suffix: str, tmp_path: Path):
    for name, held in (("train", 1), ("validation", 6)):
        path = tmp_path / name / "a" / f"0.{suffix}"
        path.parent.mkdir(parents=True)
        exif = image.Exif()
        exif[0x0112] = held
        still = scene() if held == 1 else scene().transpose(LYING[held])
        still.save(path, exif=exif, **({"lossless": True} if suffix == "webp" else {}))
    parts: tuple[Part, ...] = ("train", "validation")
    upright, turned = (loaded(f"imagefolder:{tmp_path}", part).read(0, SEEN, Random(0)) for part in parts)
    assert np.array_equal(upright, turned)


def test_a_large_jpeg_is_decoded_no_smaller_than_its_turned_view_needs(tmp_path: Path):
    wide = scene().resize((1600, 400))
    for name, held in (("train", 1), ("validation", 6)):
        path = tmp_path / name / "a" / "0.jpg"
        saved(wide, path, held)
    view = View((3, 32, 390), centre=1.0)
    parts: tuple[Part, ...] = ("train", "validation")
    both = [loaded(f"imagefolder:{tmp_path}", part) for part in parts]
    upright, turned = (found.read(0, view, Random(0)).astype(int) for found in both)
    assert np.abs(upright - turned).max() < 12


def test_a_mask_that_fits_neither_way_is_still_refused(tmp_path: Path):
    saved(scene(), tmp_path / "train" / "images" / "0.png", 6)
    saved(shape().resize((9, 9)), tmp_path / "train" / "masks" / "0.png")
    found = loaded({"kind": "masks", "folder": str(tmp_path), "classes": 2})
    with pytest.raises(DataError, match=r"RS666.*9x9 pixels, its image 30x20"):
        found.item(0, SEEN, Random(0))
