"""What detectors say of pictures: boxes, masks and points in the pictures' own pixels, and how they are drawn."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

import resspec
from resspec.training.checkpoint import save_weights
from resspec.training.data.framing import Fit
from resspec.training.detection.fcos import Fcos
from resspec.training.detection.two_steps import FoundRegions
from resspec.training.detection.way import Found
from resspec.training.feed import feed_of
from resspec.training.predicting.detection import OneStep, Things, run_lengths
from resspec.training.predicting.drawing import Cut, Mark, common, marked, round_box
from resspec.training.predicting.palette import coloured, oklab, palette
from resspec.training.predicting.predictor import Question
from resspec.training.predicting.regions import TwoStep
from resspec.training.run import notes_of
from resspec.training.tasks import task_of
from resspec.training.tasks.detection import Detection
from training.detecting import CPU, ONE, TINY, TWO, answer_of, squares, things
from training.showing import bands, picture

pytest.importorskip("PIL", reason="Pillow is not installed: pictures are not read")

REGIONS: dict[str, Any] = {
    **TINY,
    "heads": {
        "kind": "rcnn",
        "classes": 3,
        "proposals": 6,
        "regions": [
            {"kind": "boxes", "size": 3, "hidden": [8]},
            {"kind": "masks", "size": 4, "widths": [8], "width": 8},
            {"kind": "keypoints", "size": 4, "widths": [8], "points": 2},
        ],
    },
}

LEARNING = {"kind": "rcnn", "classes": 3, "proposals": 6, "regions": [{"kind": "boxes", "hidden": [8]}]}


def test_boxes_are_carried_back_to_the_picture():
    from PIL import Image

    way = Fcos((ONE, TWO))
    truth = things((1, 10, 20, 42, 40), (0, 2, 2, 20, 14))  # the second lies in the black above the picture
    predictor = OneStep((1, 64, 64), 2, Question(names=("cat", "dog")), way)
    found = predictor.predicted(Image.new("L", (200, 100)), lambda _: answer_of(way, truth, 2))
    assert isinstance(found, Things)  # a picture of 200x100 is 64x32 pixels in the image, 16 below its edge
    assert [(one.name, one.label) for one in found.things] == [("dog", 1)]
    assert found.things[0].box == pytest.approx((10 / 0.32, (20 - 16) / 0.32, 42 / 0.32, (40 - 16) / 0.32), abs=0.01)
    assert [row[0] for row in found.rows()] == ["dog"]
    sure = OneStep((1, 64, 64), 2, Question(threshold=1.0), way)
    assert not list(sure.predicted(Image.new("L", (200, 100)), lambda _: answer_of(way, truth, 2)).things)


@pytest.mark.parametrize("heads", [TINY["heads"], LEARNING])
def test_things_on_a_picture_of_the_size_of_the_network_are_those_that_are_judged(heads: Any, tmp_path: Path):
    spec, images = resspec.load({**TINY, "heads": heads}), squares(3, 0)
    model, task = resspec.build(spec, seed=0).eval(), task_of(spec)
    assert isinstance(task, Detection)
    save_weights(model, tmp_path / "net.safetensors", notes_of(spec, resspec.fingerprint(spec)))
    paths = [picture(tmp_path / f"{at}.png", image[0]) for at, image in enumerate(images.x)]
    told = [one.to_dict()["things"] for one in resspec.predict(tmp_path / "net.safetensors", paths, threshold=0.05)]
    feed = feed_of(images, model, CPU, task=task)
    with torch.no_grad():
        found = task.way.found(task.answer(model, feed.normalised(torch.from_numpy(images.x))), task.size)
    assert sum(map(len, told)) > 3
    for at, rows in enumerate(told):
        sides = found.boxes[at, :, 2:] - found.boxes[at, :, :2]
        kept = (found.labels[at] >= 0) & (sides > 0).all(-1)
        assert [row["class"] for row in rows] == found.labels[at][kept].tolist()
        np.testing.assert_allclose([row["box"] for row in rows], found.boxes[at][kept], atol=0.02)
        np.testing.assert_allclose([row["score"] for row in rows], found.scores[at][kept], atol=1e-4)


def test_what_is_fitted_into_an_image_is_found_where_it_was():
    random = Random(0)
    for _ in range(50):
        width, height = random.randint(1, 900), random.randint(1, 900)
        fit = Fit.of((0, 0, width, height), 96, 64)
        edges = np.array([[random.uniform(0, width), random.uniform(0, height)] * 2])
        np.testing.assert_allclose(fit.back(fit.there(edges)), edges, atol=1e-6)
        assert fit.there(np.array([0.0, 0, width, height])) == pytest.approx(
            [fit.x, fit.y, fit.x + fit.wide, fit.y + fit.high]
        )


def test_masks_and_points_of_regions_are_carried_back_to_the_picture():
    spec = resspec.load(REGIONS)
    predictor = TwoStep(spec, 2, Question())
    found = Found(torch.tensor([[[8.0, 10, 24, 22], [0, 0, 5, 5]]]), torch.tensor([[0.9, 0.4]]), torch.tensor([[2, 1]]))
    masks = torch.zeros(1, 2, 8, 8)
    masks[0, 0, :, 4:] = 1  # the right half
    points = torch.tensor([[[[8.0, 10, 3], [24, 22, -3]], [[0, 0, 1], [1, 1, 1]]]])
    fit = Fit.of((0, 0, 64, 32), 32, 32)  # half as large, 8 pixels below the edge
    (thing,) = predictor.things(FoundRegions(found, masks, points), fit, (64, 32))
    assert (thing.label, thing.name) == (1, "1")
    assert thing.box == pytest.approx((16, 4, 48, 28))
    assert thing.points == [(16, 4, 3), (48, 28, -3)]
    assert thing.mask is not None
    whole = np.zeros((32, 64), bool)
    whole[thing.mask.window()] = thing.mask.pixels
    truth = np.zeros((32, 64), bool)
    truth[4:28, 32:48] = True
    assert np.array_equal(whole, truth)
    assert thing.mark().points == [(16, 4)]


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # pycocotools
def test_run_lengths_are_those_of_coco():
    coco = pytest.importorskip("pycocotools.mask", reason="pycocotools is not installed")
    random = np.random.RandomState(0)
    for left, top, fill in ((0, 0, 0.5), (3, 2, 0.5), (1, 0, 1.0), (0, 0, 1.0), (2, 2, 0.0)):
        cut = Cut(left, top, random.uniform(size=(5, 4)) < fill)
        whole = np.zeros((9, 7), np.uint8)
        whole[cut.window()] = cut.pixels
        counts = run_lengths(cut, (7, 9))
        assert np.array_equal(coco.decode(coco.frPyObjects({"size": [9, 7], "counts": counts}, 9, 7)), whole)
    assert run_lengths(Cut(0, 0, np.ones((9, 7), bool)), (7, 9)) == [0, 63]


def test_a_detector_of_two_steps_tells_masks_and_points_of_a_picture(tmp_path: Path):
    spec = resspec.load(REGIONS)
    model = resspec.build(spec, seed=0)
    with torch.no_grad():
        model.get_parameter("heads.boxes.cls_score.bias").copy_(torch.tensor([-4.0, 3.0, 0.0]))
    save_weights(model, tmp_path / "net.safetensors", notes_of(spec, resspec.fingerprint(spec)))
    picture(tmp_path / "a.png", bands(48, 90)[0])
    (found,) = resspec.predict(tmp_path / "net.safetensors", tmp_path / "a.png", out=tmp_path, threshold=0.1)
    told = json.loads((tmp_path / "a.prediction.json").read_text())
    assert told == found.to_dict()
    assert told["things"]
    for thing in told["things"]:
        left, upper, right, lower = thing["box"]
        assert 0 <= left < right <= 90
        assert 0 <= upper < lower <= 48
        assert thing["class"] in (0, 1)
        assert sum(thing["mask"]["counts"]) == 90 * 48
        assert np.shape(thing["keypoints"]) == (2, 3)
    nothing = resspec.predict(tmp_path / "net.safetensors", tmp_path / "a.png", threshold=1.0)
    assert nothing[0].to_dict() == {"picture": str(tmp_path / "a.png"), "width": 90, "height": 48, "things": []}


def test_drawn_things_have_their_colours_and_small_pictures_grow():
    from PIL import Image

    mask = Cut(20, 10, np.ones((20, 30), bool))
    mark = Mark("seven 98%", (200, 30, 40), (20, 10, 50, 30), mask, [(35.0, 20.0)])
    drawn = marked(Image.new("L", (100, 60), 100), [mark])
    assert drawn.size == (700, 420)
    pixels = np.asarray(drawn)
    assert pixels[70:210, 140].tolist() == [[200, 30, 40]] * 140  # the box's left edge
    assert pixels[175, 175].tolist() == [145, 68, 73]  # in the mask
    assert pixels[140, 245].tolist() == [200, 30, 40]  # the point
    assert pixels[410, 690].tolist() == [100, 100, 100]
    assert (pixels[20:66] == 255).all(-1).sum() > 50  # white words above the box
    large = marked(Image.new("RGB", (1500, 900)), [])
    assert large.size == (1500, 900)


def test_words_of_many_things_do_not_lie_on_one_another_while_there_is_room():
    from resspec.training.predicting.drawing import free_place

    taken: list[tuple[float, float, float, float]] = []
    for _ in range(6):
        taken.append(free_place((100, 100, 200, 200), (40, 12), (400, 400), taken))
    assert not any(common(one, two) for at, one in enumerate(taken) for two in taken[:at])
    corner = free_place((0, 0, 30, 400), (60, 12), (400, 400), [])
    assert corner[0] >= 0
    assert corner[1] >= 0
    assert len(list(round_box((0, 0, 1, 1), (1, 1)))) == 8


def test_colours_of_classes_are_far_apart_and_black_is_for_ground_alone():
    colours = palette()
    assert len(np.unique(colours, axis=0)) == len(colours) == 256
    assert colours[0].tolist() == [0, 0, 0]
    places = oklab(colours)
    apart = np.linalg.norm(places[:21, None] - places[None, :21], axis=-1) + 9 * np.eye(21)
    assert apart.min() > 0.12
    np.testing.assert_allclose(oklab(np.array([[255, 255, 255]], np.uint8)), [[1, 0, 0]], atol=1e-4)
    assert np.array_equal(coloured(np.array([0, 1, 255, 256])), colours[[0, 1, 255, 1]])
