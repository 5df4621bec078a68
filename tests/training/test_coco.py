"""Pictures with COCO's JSON, and what is said of wrong annotations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from resspec.errors import DataError
from resspec.training.data import DataSource
from resspec.training.data.boxes import BoxFiles
from training.smears import NAMES, lenient, loaded, refused


def coco_of(smears: Path, root: Path) -> dict[str, Any]:
    """The same set as COCO keeps it, in one file for all; ids leave gaps."""
    categories = [{"id": 10 * (number + 1), "name": name} for number, name in enumerate(NAMES)]
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for part in ("train", "validation", "test"):
        files = loaded(lenient(smears), part)
        for path, (size, _), rows in zip(files.paths, files.sizes, files.things, strict=True):
            images.append({"id": 100 + len(images), "file_name": Path(path).name, "width": size[0], "height": size[1]})
            for label, left, upper, right, lower in rows.tolist():
                box = [left, upper, right - left, lower - upper]
                annotations.append({"id": len(annotations), "image_id": images[-1]["id"], "iscrowd": 0})
                annotations[-1] |= {"category_id": 10 * (int(label) + 1), "bbox": box}
    (root / "images").mkdir(parents=True)
    for file in (smears / "JPEGImages").iterdir():
        file.rename(root / "images" / file.name)
    return {"info": {"about": "cells"}, "images": images, "annotations": annotations, "categories": categories}


@pytest.fixture
def cocoed(smears: Path, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    root = tmp_path / "coco"
    return root, coco_of(smears, root)


def write(root: Path, found: dict[str, Any], name: str = "annotations/instances_train.json", indent: int | None = 1):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=indent))
    return path


def by_picture(parts: list[BoxFiles]) -> dict[str, list[list[float]]]:
    pairs = (pair for part in parts for pair in zip(part.paths, part.things, strict=True))
    return {Path(path).name: rows.tolist() for path, rows in pairs}


def test_coco_tells_the_same_things_as_voc(smears: Path, tmp_path: Path):
    before = by_picture([loaded(lenient(smears), part) for part in ("train", "validation", "test")])
    root = tmp_path / "coco"
    write(root, coco_of(smears, root), "all.json", indent=None)
    parts = [loaded(DataSource.read(f"coco:{root}"), part) for part in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [8, 2, 2]
    assert by_picture(parts) == before
    assert parts[0].classes == 3


def test_coco_has_its_parts_in_files_of_their_own(cocoed: tuple[Path, dict[str, Any]]):
    root, found = cocoed
    for name, some in (("instances_train2017", found["images"][:8]), ("instances_val2017", found["images"][8:])):
        ids = {image["id"] for image in some}
        things = [each for each in found["annotations"] if each["image_id"] in ids]
        write(root, found | {"images": some, "annotations": things}, f"annotations/{name}.json")
    write(root, {}, "annotations/captions_train2017.json")  # is none of boxes
    source = lenient(root, "coco", validation=0.25)
    assert [len(loaded(source, part)) for part in ("train", "validation", "test")] == [6, 2, 4]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bbox": [5, 5, 0, 9]}, "box 5 5 5 14 has no area (0 x 9 pixels)"),
        ({"bbox": [5, 5, -4, 9]}, "has no area"),
        ({"bbox": [500, 5, 4, 9]}, "lies outside of its picture"),
        ({"bbox": [5, 5, 4]}, "`bbox` is four numbers"),
        ({"bbox": [5, 5, float("nan"), 4]}, "is not of numbers"),
        ({"category_id": 7}, "category_id 7 is none of the categories' ids (10, 20, 30)"),
        ({"image_id": 9999}, "image_id 9999 is none of the images"),
    ],
)
@pytest.mark.parametrize("indent", [1, None])
def test_a_wrong_annotation_of_coco_is_named_by_line_and_column(
    cocoed: tuple[Path, dict[str, Any]], change: dict[str, Any], message: str, indent: int | None
):
    root, found = cocoed
    found["annotations"].insert(3, found["annotations"][0] | {"id": 77777} | change)
    path = write(root, found, "cells.json", indent)
    strict = DataSource.read({"kind": "coco", "folder": str(root), "test": 0.0, "validation": 0.0})
    with pytest.raises(DataError) as told:
        strict.load_for("boxes", "train")
    (fault,) = told.value.faults
    assert message in fault.message
    assert fault.mark is not None
    assert (fault.mark.file, fault.code) == (str(path), "RS667")
    place = path.read_text().splitlines()[fault.mark.line - 1][fault.mark.column - 1 :]
    if indent is None:
        assert '"id": 77777' in place[: place.index("}")]
        assert (fault.mark.line, fault.mark.text) == (1, "")
    else:
        assert place == "{"
        assert '"id": 77777' in path.read_text().splitlines()[fault.mark.line]
    rest = loaded(lenient(root, "coco", test=0.0, validation=0.0))
    assert len(rest) == 12
    assert len(rest.left_out) == 1
    assert message in rest.left_out[0]


def test_a_picture_that_coco_names_and_nobody_has_is_named(cocoed: tuple[Path, dict[str, Any]]):
    root, found = cocoed
    path = write(root, found)
    write(root, found, "annotations/instances_val.json")
    (root / "images" / found["images"][0]["file_name"]).unlink()
    line = path.read_text().splitlines().index('   "id": 100,')
    source = DataSource.read({"kind": "coco", "folder": str(root), "validation": 0.0})
    assert f"{path}:{line}:3: error[RS667]: there is no picture smear00.jpg" in refused(source)
    assert len(loaded(lenient(root, "coco", validation=0.0))) == 11


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"images": [1, 2', "this is no whole JSON: Expecting ','"),
        ("[1, 2]", "this is no whole JSON: Expecting '{'"),
        ('{"images": [], "categories": []}', "there is no list 'annotations'"),
        ('{"images": [], "annotations": [], "categories": [{"name": "x"}]}', "a category has a whole number `id`"),
        ('{"images": [' + "[" * 100_000, "this is no whole JSON"),
    ],
)
def test_what_is_no_coco_is_told_so(tmp_path: Path, text: str, message: str):
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "instances_train.json").write_text(text)
    said = refused(lenient(tmp_path, "coco"))
    assert message in said
    assert "instances_train.json:1:" in said
