"""RetinaNet: its anchors, what they should answer, what answers mean."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

import resspec
from resspec.errors import DataError
from resspec.training.data.digit_scenes import DigitScenes
from resspec.training.detection.levels import Level, centres
from resspec.training.detection.retinanet import RetinaNet, coded, decoded
from resspec.training.ranks import ALONE
from resspec.training.tasks import task_of
from resspec.training.tasks.detection import Detection
from training.detecting import CPU, ONE, random_boxes, things


def test_anchors_are_those_of_the_paper_in_the_order_of_the_rows():
    found = RetinaNet([Level(2, 3, 8)], 9).anchors(CPU)
    assert found.shape == (54, 4)
    middles = (found[:, :2] + found[:, 2:]) / 2
    assert torch.allclose(middles[::9], centres([Level(2, 3, 8)], CPU), atol=1e-4)
    sides = found[:9, 2:] - found[:9, :2]
    assert sides[3].tolist() == pytest.approx([32, 32])
    assert sides[0].tolist() == pytest.approx([32 * 2**0.5, 32 / 2**0.5])  # twice as wide as high
    assert sides[8].prod().item() == pytest.approx((32 * 2 ** (2 / 3)) ** 2, rel=1e-5)
    with pytest.raises(DataError, match="no rule for 5 anchors"):
        RetinaNet([ONE], 5)


def test_anchors_answer_for_the_thing_that_they_cover_and_are_spared_where_that_is_unclear():
    way = RetinaNet([Level(8, 8, 8)], 1)  # squares of 32 pixels around 4, 12, 20, …
    labels, boxes = way.goal(things((1, 4, 4, 36, 36)))  # the anchor around 20, 20 itself
    labels = labels.reshape(8, 8)
    beside = 24 / (2 * 32 - 24)  # moved by a place: IoU 0.6
    assert beside > 0.5
    assert {(int(r), int(c)) for r, c in (labels == 1).nonzero()} == {(2, 2), (1, 2), (3, 2), (2, 1), (2, 3)}
    assert {(int(r), int(c)) for r, c in (labels == -2).nonzero()} == set()  # 0.39 across the corner, 1 / 3 two on
    assert boxes[0, 2 * 8 + 2].tolist() == [4, 4, 36, 36]
    unclear, _ = way.goal(things((1, 4, 4, 36, 32)))
    assert (unclear == -2).any()


def test_every_thing_is_answered_for_however_badly_it_is_covered():
    way = RetinaNet([Level(8, 8, 8)], 1)
    labels, boxes = way.goal(things((0, 33, 33, 38, 38), (1, 0, 0, 60, 9)))
    for label, edges in ((0, [33, 33, 38, 38]), (1, [0, 0, 60, 9])):
        assert (labels == label).any()
        assert (boxes[labels == label] == torch.tensor(edges)).all()


def test_codes_of_anchors_are_inverted_by_decoding():
    generator = torch.Generator().manual_seed(2)
    boxes, anchors = random_boxes(50, generator), random_boxes(50, generator)
    assert torch.allclose(decoded(coded(boxes, anchors), anchors), boxes, atol=1e-3)
    assert coded(anchors, anchors).abs().max() < 1e-5


def test_anchors_that_know_the_truth_find_it():
    y = torch.from_numpy(DigitScenes().load_for("boxes", "validation").y[:40])
    task = task_of(resspec.load("fcos_digits", "heads={kind: retinanet, classes: 10}"))
    assert isinstance(task, Detection)
    assert isinstance(task.way, RetinaNet)
    labels, boxes = task.way.goal(y)
    sure = functional.one_hot(labels.clamp(min=0), 10) * (labels >= 0)[..., None]
    answer = {"cls_logits": 40.0 * sure - 20, "bbox_regression": coded(boxes, task.way.anchors(CPU))}
    assert task.way.losses(answer, y).max() < 1e-3
    tally = task.tally(CPU)
    tally.add(answer, y)
    assert tally.told(ALONE).map > 0.99
