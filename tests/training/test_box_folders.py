"""Folders of annotated pictures: VOC's XML and COCO's JSON, and what is said of wrong annotations."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import resspec
from command import run
from resspec.errors import DataError, SpecError
from resspec.training import Engine, evaluate
from resspec.training.data import DataSource
from resspec.training.data.boxes import BoxFiles
from resspec.training.data.framing import View, letterboxed
from resspec.training.doors import data_of
from resspec.training.tasks import task_of

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: folders of pictures are not read")
NAMES = ("Platelets", "RBC", "WBC")
WHOLE = View((3, 48, 64))
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
    Image.fromarray(pixels).save(path)


@pytest.fixture
def smears(tmp_path: Path) -> Path:
    """A small set of blood smears in VOC's layout: twelve pictures of two sizes, two of them with a degenerate box."""
    random = np.random.RandomState(0)
    root = tmp_path / "smears"
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


def test_degenerate_boxes_are_told_by_file_and_line_and_stop_the_run_or_are_left_out(smears: Path):
    said = refused(DataSource.read(f"voc:{smears}"))
    at = smears / "Annotations" / "smear01.xml"
    line = at.read_text().splitlines().index("<xmax>40</xmax>") - 2
    assert f"{at}:{line}:1: error[RS667]: box 40 50 40 70 has no area (0 x 20 pixels)" in said
    assert "<bndbox>" in said
    assert "data.damaged=skip" in said
    found = loaded(lenient(smears))
    assert [len(loaded(lenient(smears), part)) for part in ("train", "validation", "test")] == [6, 3, 3]
    assert found.classes == 3
    assert len(found.left_out) == 1
    assert f"{at}:{line}:1: box 40 50 40 70 has no area" in found.left_out[0]


def test_boxes_stand_where_the_discs_are_whatever_the_size_of_the_picture(smears: Path):
    found = loaded(lenient(smears))
    for index in range(len(found)):
        image, rows = found.item(index, WHOLE, Random(0))
        assert image.shape == (3, 48, 64)
        assert rows.shape == (found.most, 5)
        lit = (image.astype(int).min(0) < 170) & (image.astype(int).max(0) > 40)  # neither ground nor what is beside
        covered = np.zeros_like(lit)
        for _, left, upper, right, lower in rows[rows[:, 0] >= 0]:
            inside = np.s_[round(float(upper)) : round(float(lower)), round(float(left)) : round(float(right))]
            assert lit[inside].mean() > 0.55, "a disc fills pi / 4 of its box"
            covered[inside] = True
        edge = np.s_[:, 9:55] if index % 2 else np.s_[:, :]  # pictures of 120x120 have black beside them
        assert (lit & ~covered)[edge].sum() < 12


def test_a_random_part_for_training_takes_its_boxes_along(smears: Path):
    found, view = loaded(lenient(smears)), View((3, 64, 64), (0.3, 0.6))
    labels: set[float] = set()
    for index in range(len(found)):
        for seed in range(20):
            image, rows = found.item(index, view, Random(seed))
            labels |= set(rows[:, 0].tolist())
            for label, left, upper, right, lower in rows[rows[:, 0] >= 0]:
                assert 0 <= left < right <= 64
                assert 0 <= upper < lower <= 64
                middle = image[:, int((upper + lower) / 2), int((left + right) / 2)]
                assert middle.min() < 200, (index, seed, label)
    assert {0.0, 1.0, 2.0, -1.0} < labels
    assert min(labels) < -1, "what shows less than a quarter of itself need not be found"


def test_letterboxing_keeps_proportions():
    pixels = np.zeros((50, 100, 3), np.uint8)
    pixels[10:30, 20:60] = 255
    image, things = letterboxed(
        Image.fromarray(pixels), np.array([[2, 20, 10, 60, 30]], np.float32), View((1, 64, 64)), Random(0)
    )
    assert things.tolist() == [[2, pytest.approx(12.8), pytest.approx(22.4), pytest.approx(38.4), pytest.approx(35.2)]]
    assert (image[0, :16] == 0).all()
    assert image[0, 24:34, 15:37].min() > 200


def test_parts_without_names_are_drawn_by_a_fixed_seed(smears: Path):
    for path in (smears / "ImageSets" / "Main").iterdir():
        path.unlink()
    parts = {part: loaded(lenient(smears), part).paths for part in ("train", "validation", "test")}
    assert [len(paths) for paths in parts.values()] == [8, 2, 2]
    assert len({path for paths in parts.values() for path in paths}) == 12
    assert loaded(lenient(smears), "test").paths == parts["test"]
    wider = lenient(smears, test=0.5, validation=0.25)
    assert [len(loaded(wider, part)) for part in ("train", "validation", "test")] == [3, 3, 6]


def test_where_there_is_no_test_part_the_validation_part_is_tested_on(smears: Path):
    (smears / "ImageSets" / "Main" / "test.txt").unlink()
    found = lenient(smears, validation=0.5)
    assert [len(loaded(found, part)) for part in ("train", "validation", "test")] == [3, 3, 3]
    assert {Path(path).stem for path in loaded(found, "test").paths} == {"smear06", "smear07", "smear08"}


def test_pictures_and_notes_may_lie_side_by_side_below_folders_of_parts(smears: Path, tmp_path: Path):
    beside = tmp_path / "beside"
    for number, path in enumerate(sorted((smears / "Annotations").iterdir())):
        folder = beside / ("train", "valid", "test")[number % 3]
        folder.mkdir(parents=True, exist_ok=True)
        path.rename(folder / path.name)
        (smears / "JPEGImages" / f"{path.stem}.jpg").rename(folder / f"{path.stem}.jpg")
    assert [len(loaded(lenient(beside), part)) for part in ("train", "validation", "test")] == [4, 4, 4]


@pytest.mark.parametrize(
    ("spoiled", "message"),
    [
        (("<name>WBC</name>", "<name>WCB</name>"), "there is no class 'WCB'"),
        (("<xmax>", "<xmax>900"), "stands out of its picture of 160x120 pixels"),
        (("<xmin>", "<xmin>800"), "has no area"),
        (("<xmin>", "<xmin>?"), "lacks a number among <xmin>"),
        (("<name>", "<nom>"), "this is no whole XML: mismatched tag"),
        (("<annotation>", '<!DOCTYPE a [<!ENTITY b "c">]><annotation>'), "entities are not read"),
        (("<width>160</width>", "<width>320</width>"), "has 160x120 pixels, its annotation says 320x120"),
        (("<bndbox>", "<box>"), "this is no whole XML: mismatched tag"),
        (("annotation>", "note>"), "the root is <note>, not <annotation>"),
    ],
)
def test_a_wrong_annotation_is_named_by_file_and_line(smears: Path, spoiled: tuple[str, str], message: str):
    at = smears / "Annotations" / "smear10.xml"
    pixels, boxes = cells(np.random.RandomState(5), 160, 120)
    picture(smears / "JPEGImages" / "smear10.jpg", pixels)
    boxes[1] = ("WBC", *boxes[1][1:])
    note(at, boxes, 160, 120)
    count = -1 if spoiled[0] == "annotation>" else 1
    at.write_text(at.read_text().replace(*spoiled, count))
    source = DataSource.read({"kind": "voc", "folder": str(smears), "classes": list(NAMES)})
    spec = resspec.load(SMALL)
    model, task, engine = resspec.build(spec), task_of(spec), Engine(workers=0)
    with pytest.raises(DataError) as told:
        evaluate(model, source.load_for("boxes", "test"), engine=engine, task=task)
    assert told.value.faults[0].code == "RS667"
    assert message in str(told.value)
    assert told.value.faults[0].mark is not None
    assert told.value.faults[0].mark.file == str(at)
    assert (told.value.faults[0].mark.line > 1) == (
        spoiled[0] not in {"<annotation>", "annotation>", "<width>160</width>"}
    )
    left_out: list[str] = []
    data = loaded(lenient(smears, classes=list(NAMES)), "test")
    count = evaluate(model, data, engine=engine, task=task, left_out=left_out.append).count
    assert count == (2 if any(word in message for word in ("XML", "entities", "root", "says")) else 3)
    assert len(left_out) == 1
    assert str(at) in left_out[0]
    assert message in left_out[0]


def test_a_missing_picture_or_annotation_is_named(smears: Path):
    (smears / "JPEGImages" / "smear02.jpg").unlink()
    (smears / "Annotations" / "smear03.xml").unlink()
    said = refused(DataSource.read(f"voc:{smears}"))
    assert f"{smears}/Annotations/smear02.xml:2:1: error[RS667]: there is no picture smear02.jpg" in said
    assert f"{smears}/Annotations/smear03.xml is not there" in said
    assert len(loaded(lenient(smears))) == 4
    with pytest.raises(DataError, match=r"there is no folder .*nowhere") as told:
        DataSource.read("voc:nowhere").load_for("boxes", "train")
    assert told.value.faults[0].code == "RS652"


def test_a_box_that_stands_out_is_cut_off_and_one_beside_the_picture_is_left_out(smears: Path):
    at = smears / "Annotations" / "smear00.xml"
    note(at, [("WBC", -30, 10, 20, 40), ("RBC", 200, 0, 240, 20), ("RBC", -1, 0, 161, 60)], 160, 120)
    found = loaded(lenient(smears))
    assert found.things[0].tolist() == [[2, 0, 10, 20, 40], [1, 0, 0, 160, 60]]
    assert ["stands out of" in told or "lies outside of" in told for told in found.left_out] == [True, True, False]


def test_difficult_things_need_not_be_found(smears: Path):
    at = smears / "Annotations" / "smear00.xml"
    note(at, [], 160, 120, thing("WBC", 0, 0, 20, 20, "<difficult>1</difficult>") + thing("RBC", 30, 30, 50, 50))
    assert loaded(lenient(smears)).things[0][:, 0].tolist() == [-2 - 2, 1]


def test_a_damaged_picture_stops_the_run_or_is_left_out(smears: Path):
    path = smears / "JPEGImages" / "smear10.jpg"
    path.write_bytes(path.read_bytes()[:300])
    spec = resspec.load(SMALL)
    model, task, engine = resspec.build(spec), task_of(spec), Engine(workers=0)
    with pytest.raises(DataError, match=r"smear10\.jpg cannot be decoded"):
        evaluate(model, loaded(DataSource.read(f"voc:{smears}"), "test"), engine=engine, task=task)
    assert evaluate(model, loaded(lenient(smears), "test"), engine=engine, task=task).count == 2


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


def test_the_data_set_is_changed_behind_the_spec(smears: Path):
    assert data_of(f"voc:{smears}", "data.damaged=skip").to_data()["damaged"] == "skip"
    assert data_of(f"voc:{smears}", "data.classes=[RBC, WBC]").to_data()["classes"] == ["RBC", "WBC"]
    with pytest.raises(SpecError, match="damagd"):
        data_of(f"voc:{smears}", "data.damagd=skip")
    with pytest.raises(SpecError, match="leave nothing to train on"):
        data_of(f"voc:{smears}", "data.test=0.9", "data.validation=0.2")


@pytest.mark.slow
def test_the_command_stops_at_wrong_boxes_or_goes_on_and_tells_of_them(smears: Path, tmp_path: Path):
    where = tmp_path / "run"
    net = tmp_path / "small.json"
    net.write_text(json.dumps(SMALL))
    options = ("--data", f"voc:{smears}", "--workers", "0", "--threads", "1")
    training = ("train", str(net), "recipe.epochs=2", "recipe.batch=3", "--recipe", "boxes", "--path", str(where))
    stopped = run(*training, *options)
    assert stopped.returncode == 2
    assert "smear01.xml" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    done = run(*training, "data.damaged=skip", *options)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("left out: ") == 2
    assert "validation mAP50" in done.stdout
    assert "2 annotations or images were left out" in done.stdout
    result = json.loads((where / "result.json").read_text())
    assert [line.partition(":")[0][-11:] for line in result["skipped"]] == ["smear01.xml", "smear07.xml"]
    columns = (where / "log.csv").read_text().splitlines()[0].split(",")
    assert columns[-2:] == ["validation_map50", "validation_map"]
    assert "mAP50" in (where / "curve.svg").read_text()
    weights = ("--weights", str(where / "best.safetensors"))
    judged = run("evaluate", str(net), "data.damaged=skip", *weights, *options, "--part", "validation")
    assert judged.returncode == 0, judged.stderr
    assert "mAP50" in judged.stdout
    assert "smear07.xml" in judged.stderr
    told = run("evaluate", str(net), "data.damaged=skip", *weights, *options, "--json")
    assert told.returncode == 0, told.stderr
    assert {"map50", "map75", "map", "aps", "loss"} <= set(json.loads(told.stdout))
