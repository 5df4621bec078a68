"""Pictures with VOC's XML, and what is said of wrong annotations."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

import resspec
from command import run
from resspec.errors import DataError, SpecError
from resspec.training import Engine, evaluate
from resspec.training.data import DataSource
from resspec.training.data.framing import View, letterboxed
from resspec.training.doors import data_of
from resspec.training.tasks import task_of
from training.smears import NAMES, SMALL, cells, lenient, loaded, note, picture, refused, thing

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: folders of pictures are not read")


WHOLE = View((3, 48, 64))


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


def test_pictures_and_notes_may_lie_in_folders_of_their_own_below_any_tree(smears: Path):
    (smears / "Annotations").rename(smears / "labels")
    (smears / "JPEGImages").rename(smears / "images")
    (smears / "images" / "more").mkdir()
    (smears / "labels" / "smear03.xml").unlink()
    for path in (smears / "ImageSets" / "Main").iterdir():
        path.unlink()
    assert sum(len(loaded(lenient(smears), part)) for part in ("train", "validation", "test")) == 11
    assert "smear03.jpg is" in "".join(
        told for part in ("train", "validation", "test") for told in loaded(lenient(smears), part).left_out
    )


def test_no_validation_images_are_held_out_where_none_are_wanted(smears: Path):
    for path in (smears / "ImageSets" / "Main").iterdir():
        path.unlink()
    source = lenient(smears, validation=0.0, test=0.5)
    assert [len(loaded(source, part)) for part in ("train", "validation", "test")] == [6, 0, 6]
    assert "there are no annotated images" in refused(lenient(smears, test=0.0), "test")


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
