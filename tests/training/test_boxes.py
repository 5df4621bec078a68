"""Boxes: their overlap, their suppression, COCO's average precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from resspec.training.detection.boxes import giou, iou, nms
from resspec.training.detection.coco import average_precisions
from training.detecting import random_boxes


def test_no_gradient_is_lost_where_boxes_do_not_meet():
    one = torch.tensor([[0.0, 0.0, 1.0, 1.0]], requires_grad=True)
    loss = (1 - giou(one, torch.tensor([[3.0, 0.0, 4.0, 1.0]]))).sum()
    assert loss.item() == pytest.approx(1 + 2 / 4)  # half of the hull of 4 is empty
    loss.backward()
    assert one.grad is not None
    assert one.grad[0, 2] < 0


def brute_iou(one: list[float], two: list[float]) -> float:
    sides = [min(one[i + 2], two[i + 2]) - max(one[i], two[i]) for i in (0, 1)]
    both = max(sides[0], 0) * max(sides[1], 0)
    whole = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, two)) - both
    return both / whole if whole else 0.0


def brute_nms(boxes: list[list[float]], scores: list[float], labels: list[int], threshold: float) -> list[int]:
    kept: list[int] = []
    for at in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        rivals = [other for other in kept if labels[other] == labels[at]]
        if scores[at] > 0 and all(brute_iou(boxes[at], boxes[other]) <= threshold for other in rivals):
            kept.append(at)
    return kept


def test_suppression_is_that_of_a_loop_over_boxes():
    generator = torch.Generator().manual_seed(0)
    for threshold in (0.3, 0.6):
        boxes = torch.stack([random_boxes(60, generator) for _ in range(5)])
        scores = torch.rand(5, 60, generator=generator)
        scores[scores < 0.2] = 0  # none
        labels = torch.randint(0, 3, (5, 60), generator=generator)
        kept = nms(boxes, scores, labels, threshold, 60)
        for image in range(5):
            slow = brute_nms(boxes[image].tolist(), scores[image].tolist(), labels[image].tolist(), threshold)
            assert kept[image][kept[image] >= 0].tolist() == slow
            assert 5 < len(slow) < 50


def test_suppression_keeps_the_best_and_no_more_than_asked_for_even_boxes_without_area():
    boxes = torch.tensor([[[0.0, 0, 4, 4], [0, 0, 4, 4], [9, 9, 9, 9], [20, 20, 30, 30]]])
    scores, labels = torch.tensor([[0.5, 0.9, 0.8, 0.3]]), torch.tensor([[0, 0, 0, 0]])
    assert nms(boxes, scores, labels, 0.5, 4).tolist() == [[1, 2, 3, -1]]
    assert nms(boxes, scores, labels, 0.5, 2).tolist() == [[1, 2]]
    assert nms(boxes[:, :0], scores[:, :0], labels[:, :0], 0.5, 2).tolist() == [[-1, -1]]


def test_intersection_over_union_is_that_of_a_loop():
    generator = torch.Generator().manual_seed(1)
    one, two = random_boxes(20, generator), random_boxes(30, generator)
    slow = [[brute_iou(a, b) for b in two.tolist()] for a in one.tolist()]
    assert torch.allclose(iou(one[:, None], two), torch.tensor(slow), atol=1e-6)


def rows(*found: tuple[float, ...]) -> np.ndarray[Any, Any]:
    return np.asarray(found, float)


def test_average_precision_counted_by_hand():
    true = rows((0, 0, 0, 0, 10, 10), (0, 0, 20, 20, 30, 30), (1, 1, 0, 0, 10, 10))
    every = rows((0, 0, 0, 0, 10, 10, 0.9), (0, 0, 20, 20, 30, 30, 0.8), (1, 1, 0, 0, 10, 10, 0.7))
    whole = average_precisions(every, true, 3)
    assert (whole["map50"], whole["map75"], whole["map"]) == pytest.approx((1, 1, 1))
    assert whole["aps"][:2] == pytest.approx((1, 1))
    assert whole["aps"][2] is None
    half = average_precisions(every[:1], true, 3)  # recall 0.5 at precision 1: 51 of 101 recalls; class 1 unfound
    assert half["aps"][:2] == pytest.approx((51 / 101, 0))
    assert half["map50"] == pytest.approx(51 / 202)
    loose = rows((1, 1, 0, 0, 10, 6, 0.9))  # an IoU of 0.6: three of ten thresholds
    found = average_precisions(loose, true[2:], 2)
    assert (found["map50"], found["map75"], found["map"]) == pytest.approx((1, 0, 0.3))
    assert average_precisions(every[:0], true, 3)["map"] == 0
    assert average_precisions(every, true[:0], 3)["aps"] == (None, None, None)


def test_a_false_alarm_before_a_hit_halves_the_precision_and_a_spared_thing_counts_neither_way():
    true = rows((0, 0, 0, 0, 10, 10))
    found = rows((0, 0, 50, 50, 60, 60, 0.9), (0, 0, 0, 0, 10, 10, 0.8))
    assert average_precisions(found, true, 1)["map50"] == pytest.approx(0.5)
    spared = rows((0, 0, 0, 0, 10, 10), (0, -2, 50, 50, 60, 60))
    assert average_precisions(found, spared, 1)["map50"] == pytest.approx(1.0)
    assert average_precisions(found[:1], spared, 1)["map50"] == 0
