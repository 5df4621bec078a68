"""Folders that hold nothing, pictures of a kind that no network reads, and commands that are corrected."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

import resspec
from resspec.errors import DataError
from resspec.training.data import DataSource, Samples
from resspec.training.data.framing import View
from resspec.training.engine import Engine

image = pytest.importorskip("PIL.Image")
NET = {
    "extends": "resnet20_quarter",
    "input": [3, 8, 8],
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "head": {"classes": 2},
}
RECIPE = {"epochs": 1, "batch": 2}


def deep(path: Path) -> None:
    """A grey picture of 16 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 999).save(path)


def flat(path: Path, mode: str = "RGB") -> None:
    """A picture of 8 bits, all black."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.new(mode, (8, 8)).save(path)


@pytest.mark.parametrize("below", ["", "Annotations"])
def test_a_folder_of_boxes_that_holds_none_is_told_with_what_was_expected(tmp_path: Path, below: str):
    (tmp_path / below).mkdir(exist_ok=True)
    for part in ("train", "test"):
        with pytest.raises(DataError, match=r"RS652.*there are no annotated images\n.*expected JPEGImages/"):
            DataSource.read(f"voc:{tmp_path}").load(part)


def test_pictures_of_more_than_8_bits_are_refused_by_name_and_not_cut_off(tmp_path: Path):
    deep(tmp_path / "classes" / "train" / "a" / "0.png")
    deep(tmp_path / "masked" / "train" / "images" / "0.png")
    flat(tmp_path / "masked" / "train" / "masks" / "0.png", "L")
    deep(tmp_path / "boxes" / "JPEGImages" / "0.png")
    note = tmp_path / "boxes" / "Annotations" / "0.xml"
    note.parent.mkdir()
    box = "<xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax>"
    thing = f"<object><name>dot</name><bndbox>{box}</bndbox></object>"
    note.write_text(f"<annotation><size><width>8</width><height>8</height></size>{thing}</annotation>")
    sets = (
        {"kind": "imagefolder", "folder": str(tmp_path / "classes"), "validation": 0},
        {"kind": "masks", "folder": str(tmp_path / "masked"), "classes": 2},
        {"kind": "voc", "folder": str(tmp_path / "boxes"), "test": 0, "validation": 0},
    )
    for data in sets:
        samples = DataSource.read(data).load("train")
        assert isinstance(samples, Samples)
        assert len(samples) == 1
        with pytest.raises(DataError, match=r"RS653.*0\.png has pixels of more than 8 bits \(I;16\)"):
            samples.item(0, View((3, 8, 8), centre=1.0), Random(0))


def test_all_masks_that_are_missing_are_told_at_once(tmp_path: Path):
    for name in ("0", "1", "2"):
        flat(tmp_path / "train" / "images" / f"{name}.png")
    flat(tmp_path / "train" / "masks" / "1.png", "L")
    with pytest.raises(DataError) as told:
        DataSource.read(f"masks:{tmp_path}").load("train")
    assert [Path(fault.message.split()[-1]).name for fault in told.value.faults] == ["0.png", "2.png"]


def test_a_training_that_failed_before_anything_was_kept_does_not_bar_the_corrected_command(tmp_path: Path):
    folder, runs = tmp_path / "data", tmp_path / "run"
    for label in ("a", "b"):
        for name in range(3):
            flat(folder / "train" / label / f"{name}.png")
    (folder / "train" / "a" / "2.png").write_bytes(b"no picture")
    data = {"kind": "imagefolder", "folder": str(folder), "validation": 0}
    engine = Engine(workers=0)
    with pytest.raises(DataError, match=r"RS656.*cannot be decoded.*\n.*`data\.damaged=skip`"):
        resspec.train(NET, data=data, recipe=RECIPE, path=runs, engine=engine)
    done = resspec.train(NET, data={**data, "damaged": "skip"}, recipe=RECIPE, path=runs, engine=engine)
    assert len(done.to_dict()["skipped"]) == 1
    with pytest.raises(DataError, match=r"RS661.*it differs in data\.damaged"):
        resspec.train(NET, data=data, recipe=RECIPE, path=runs, engine=engine)


def test_what_is_left_out_of_a_file_that_several_parts_read_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    pytest.importorskip("pycocotools", reason="detection needs the extra detection")
    names = [f"{number}.png" for number in range(10)]
    for name in names:
        flat(tmp_path / "images" / name)
    told = {
        "images": [{"id": place, "file_name": name, "width": 8, "height": 8} for place, name in enumerate(names)],
        "annotations": [{"id": 0, "image_id": 99, "category_id": 1, "bbox": [1, 1, 4, 4]}],
        "categories": [{"id": 1, "name": "dot"}],
    }
    (tmp_path / "dots.json").write_text(json.dumps(told))
    data = {"kind": "coco", "folder": str(tmp_path), "damaged": "skip"}
    net = resspec.load("fcos_digits", "heads.classes=1", "input=3x64x64", mean=[0.5] * 3, std=[0.5] * 3)
    resspec.train(net, data=data, recipe=RECIPE, path=tmp_path / "run", engine=Engine(workers=0), progress=True)
    assert "".join(capsys.readouterr()).count("image_id 99") == 1


def dots(folder: Path, name: str) -> None:
    """A COCO file of two pictures with a dot on each."""
    for number in range(2):
        flat(folder / "images" / f"{name}{number}.png")
    told = {
        "images": [{"id": n, "file_name": f"{name}{n}.png", "width": 8, "height": 8} for n in range(2)],
        "annotations": [{"id": n, "image_id": n, "category_id": 1, "bbox": [1, 1, 4, 4]} for n in range(2)],
        "categories": [{"id": 1, "name": "dot"}],
    }
    (folder / "annotations").mkdir(exist_ok=True)
    (folder / "annotations" / f"instances_{name}.json").write_text(json.dumps(told))


@pytest.mark.parametrize("name", ["val2017", "test2017"])
def test_a_coco_folder_without_a_training_file_is_judged_on_and_not_trained_on(tmp_path: Path, name: str):
    dots(tmp_path, name)
    data = DataSource.read(f"coco:{tmp_path}")
    assert len(data.load("test")) == 2
    assert len(data.load("validation")) == 0
    with pytest.raises(DataError, match=r"RS652.*there are no annotated images"):
        data.load("train")
