"""Detectors of two steps: which boxes are proposed, what is made of them, and that the parts answer as the whole."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

import resspec
from resspec.errors import DataError
from resspec.ir.ops import RoIAlign
from resspec.training import train
from resspec.training.detection.proposals import anchors_of, proposals, rows_of
from resspec.training.detection.rcnn import Rcnn, judged
from resspec.training.detection.retinanet import answering, coded
from resspec.training.detection.two_steps import TwoSteps, of_label, pasted, points_of
from resspec.training.detection.way import best_of
from resspec.training.divergence import DivergedError
from resspec.training.recipe import Recipe
from resspec.training.tasks import task_of
from resspec.training.tasks.detection import Detection
from training.detecting import CPU, TINY, squares, things

SMALL: dict[str, Any] = {
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
"""Levels of strides 4 and 8."""
LEARNING = {
    **SMALL,
    "heads": {"kind": "rcnn", "classes": 3, "proposals": 6, "regions": [{"kind": "boxes", "hidden": [8]}]},
}


def test_anchors_are_those_that_weights_of_torchvision_were_trained_with():
    found = anchors_of((200, 200), (800, 800), 3, CPU)
    assert found[:3].tolist() == [[-23, -11, 23, 11], [-16, -16, 16, 16], [-11, -23, 11, 23]]
    assert found[3:6].tolist() == [[-19, -11, 27, 11], [-12, -16, 20, 16], [-7, -23, 15, 23]]
    assert found[600].tolist() == [-23, -7, 23, 15]  # the next row
    last = anchors_of((13, 13), (800, 800), 3, CPU)  # 13 places share 800 pixels by whole ones
    assert last[:3].tolist() == [[-362, -181, 362, 181], [-256, -256, 256, 256], [-181, -362, 181, 362]]
    assert (last[3] - last[0]).tolist() == [61, 0, 61, 0]


@pytest.mark.parametrize("size", ["1x57x83", "1x33x47", "1x64x32"])
def test_levels_of_sizes_that_the_body_does_not_divide_keep_their_strides(size: str):
    spec = resspec.load(LEARNING, f"input={size}")
    assert resspec.graph(spec)["heads.boxes.pool"].op == RoIAlign(2, 2, 7, 2)
    found = TwoSteps(spec, resspec.build(spec, seed=0))(torch.rand(1, *spec.input)).found
    assert (found.boxes <= torch.tensor([*spec.input[:0:-1]] * 2)).all()


def answered(objects: float = -9.0) -> dict[str, torch.Tensor]:
    """What a proposal network that sees nothing says of two levels of an image of 128 x 128."""
    sides = {"p4": 8, "p5": 4}
    every = {f"objectness.{name}": torch.full((1, 3, side, side), objects) for name, side in sides.items()}
    return every | {f"deltas.{name}": torch.zeros(1, 12, side, side) for name, side in sides.items()}


def test_the_best_anchors_are_proposed_first_and_cut_off_at_the_edges():
    answer = answered()
    answer["objectness.p4"][0, 1, 4, 5] = 4  # a square of 128 pixels round (80, 64)
    answer["objectness.p5"][0, 2, 2, 1] = 6  # 181 wide, 362 high round (32, 64)
    found = proposals(answer, (128, 128), 5)
    assert found.shape == (1, 5, 4)
    assert found[0, 0].tolist() == [0, 0, 123, 128]
    assert found[0, 1].tolist() == [16, 0, 128, 128]


def test_codes_move_proposals_and_worse_ones_of_the_same_level_fall():
    answer = answered()
    answer["objectness.p4"][0, :, 4, 5] = torch.tensor([1.0, 4.0, 2.0])
    goal = torch.tensor([20.0, 30, 60, 70])
    anchors = anchors_of((8, 8), (128, 128), 3, CPU).reshape(8, 8, 3, 4)[4, 5]
    answer["deltas.p4"][0, :, 4, 5] = coded(goal, anchors).flatten()
    first, second = proposals(answer, (128, 128), 2)[0]
    torch.testing.assert_close(first, goal, rtol=0, atol=1e-3)
    assert not torch.allclose(second, goal, atol=1)


def test_places_without_a_box_are_zeros():
    answer = {name: x[..., :1, :1] for name, x in answered(3.0).items() if name.endswith("p5")}
    found = proposals(answer, (32, 32), 50)
    assert 1 <= (found[0].abs().sum(-1) > 0).sum() <= 3
    assert not found[0, 3:].any()


def test_a_class_has_its_own_box_and_background_none():
    boxes = torch.tensor([[[10.0, 10, 50, 40], [60, 60, 100, 90], [0, 0, 0, 0]]])
    goals = torch.tensor([[12.0, 8, 40, 44], [62, 66, 90, 98]])
    logits = torch.tensor([[[0.0, 0, 9], [0, 8, 0], [0, 20, 0]]])
    codes = torch.zeros(1, 3, 3, 4)
    units = torch.tensor([10.0, 10, 5, 5])
    codes[0, 0, 2], codes[0, 1, 1] = (coded(goals[place], boxes[0, place]) * units for place in (0, 1))
    found = best_of(*judged({"cls_score": logits, "bbox_pred": codes.flatten(2)}, boxes, (120, 120)), 0.5)
    assert found.labels[0, :3].tolist() == [1, 0, -1]
    torch.testing.assert_close(found.boxes[0, :2], goals, rtol=0, atol=1e-3)
    torch.testing.assert_close(found.scores[0, 0], torch.tensor(math.exp(9) / (2 + math.exp(9))))


def test_the_parts_answer_as_the_whole_with_its_own_tensors():
    spec = resspec.load(SMALL, down="blur")
    model = resspec.build(spec, seed=3).eval()
    detector = TwoSteps(spec, model)
    x, boxes = torch.rand(2, 1, 32, 32), torch.tensor([[[2.0, 3, 20, 30], [0, 0, 32, 32]]]).repeat(2, 1, 1)
    with torch.no_grad():
        whole = model(x, boxes)
        first = detector.first(x)
        levels = [first[name] for name in detector.names]
        assert detector.third is not None
        parts = first | detector.second(*levels, boxes) | detector.third(*levels, boxes)
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    own = {tensor.data_ptr() for tensor in model.state_dict().values()}
    for part in (detector.first, detector.second, detector.third):
        assert {tensor.data_ptr() for tensor in part.state_dict().values()} <= own
        assert not any(tensor.is_meta for tensor in part.buffers())


def test_masks_and_points_are_told_of_what_was_found():
    spec = resspec.load(SMALL)
    model = resspec.build(spec, seed=0)
    with torch.no_grad():
        model.get_parameter("heads.boxes.cls_score.bias").copy_(torch.tensor([-4.0, 3.0, 0.0]))
    found = TwoSteps(spec, model)(torch.rand(2, 1, 32, 32))
    count = int((found.found.labels >= 0).sum(1).max())
    assert count >= 1
    assert set(found.found.labels.unique().tolist()) <= {-1, 1, 2}
    assert found.masks is not None
    assert found.masks.shape == (2, count, 8, 8)
    assert found.masks.amin() >= 0
    assert found.points is not None
    assert found.points.shape == (2, count, 2, 3)
    kept = found.found.boxes[:, :count, None]
    there = found.found.labels[:, :count] >= 0
    assert (found.points[..., :2] >= kept[..., :2])[there].all()
    assert (found.points[..., :2] <= kept[..., 2:])[there].all()


def test_a_mask_is_that_of_the_label():
    masks = torch.arange(2 * 3.0).reshape(1, 2, 3, 1, 1).expand(1, 2, 3, 4, 4)
    assert of_label(masks, torch.tensor([[2, -1]]))[0, :, 0, 0].tolist() == [2, 3]


def test_a_point_is_the_middle_of_the_highest_cell():
    maps = torch.zeros(1, 1, 2, 4, 8)
    maps[0, 0, 0, 3, 1], maps[0, 0, 1, 0, 7] = 5, 2
    assert points_of(maps, torch.tensor([[[10.0, 20, 26, 28]]])).tolist() == [[[[13, 27, 5], [25, 21, 2]]]]


def test_a_pasted_mask_lies_in_its_box():
    masks = torch.stack([torch.ones(4, 4), torch.eye(2).repeat_interleave(2, 0).repeat_interleave(2, 1)])
    found = pasted(masks, torch.tensor([[4.0, 2, 12, 6], [0, 0, 8, 8]]), (10, 16))
    assert found.shape == (2, 10, 16)
    inside = torch.zeros(10, 16, dtype=torch.bool)
    inside[2:6, 4:12] = True
    assert (found[0][inside] > 0.5).all()
    assert not found[0][~inside].any()
    assert found[1, [1, 6], [1, 6]].tolist() == [1, 1]
    assert not found[1, :2, 6:].any()


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("heads=retinanet", "is no detector of two steps"),
        ("heads.anchors=2", "no rule for 2 anchors"),
        ("heads.regions=[masks]", "judges no boxes"),
    ],
)
def test_a_network_that_is_no_such_detector_is_refused(change: str, law: str):
    spec = resspec.load({**SMALL, "name": "small"}, change)
    with pytest.raises(DataError, match=rf"RS659.*{law}"):
        TwoSteps(spec, resspec.build(spec, device="meta"))


def test_a_network_that_knows_the_truth_loses_nothing():
    y = things((0, 4, 5, 20, 21), (1, 18, 16, 30, 28))
    way = Rcnn((32, 32), 3, 6)
    answer = {f"objectness.{name}": torch.zeros(1, 3, side, side) for name, side in (("p4", 8), ("p5", 4))}
    answer |= {f"deltas.{name}": torch.zeros(1, 12, side, side) for name, side in (("p4", 8), ("p5", 4))}
    boxes = torch.cat([y[..., 1:], torch.tensor([[[5.0, 6, 22, 20], [0, 20, 10, 32], [0, 0, 0, 0]]])], 1)
    blank = answer | {"boxes": boxes, "cls_score": torch.zeros(1, 7, 3), "bbox_pred": torch.zeros(1, 7, 12)}
    every = list(rows_of(answer, (32, 32)))
    anchors = torch.cat([anchors for _, _, anchors in every])
    labels, goals = answering(anchors, y, 0.7, 0.3)
    objects, codes = 40.0 * (labels >= 0) - 20, coded(goals, anchors)
    start = 0
    for name, side in (("p4", 8), ("p5", 4)):
        stop = start + 3 * side * side
        answer[f"objectness.{name}"] = objects[:, start:stop].unflatten(1, (side, side, 3)).permute(0, 3, 1, 2)
        answer[f"deltas.{name}"] = codes[:, start:stop].reshape(1, side, side, 12).permute(0, 3, 1, 2)
        start = stop
    kinds = torch.tensor([[1, 2, 0, 0, 1, 0, 0]])
    moved = torch.zeros(1, 7, 3, 4)
    goal = coded(y[0, 0, 1:], boxes[0, 4]) * torch.tensor([10.0, 10, 5, 5])
    moved[0, 4, 1] = goal
    sure = answer | {
        "boxes": boxes,
        "cls_score": 40.0 * torch.nn.functional.one_hot(kinds, 3) - 20,
        "bbox_pred": moved.flatten(2),
    }
    assert way.losses(blank, y).item() > 1
    assert way.losses(sure, y).item() < 1e-4
    found = way.found(sure, (32, 32))
    assert found.labels[0, :3].tolist() == [1, 0, -1] or found.labels[0, :3].tolist() == [0, 1, -1]


def test_while_it_learns_things_are_among_the_boxes_and_the_loss_of_a_batch_is_that_of_its_parts():
    spec = resspec.load(LEARNING)
    task = task_of(spec)
    assert isinstance(task, Detection)
    assert task.classes == 2
    model = resspec.build(spec, seed=0).eval()
    x = torch.rand(3, 1, 32, 32)
    y = torch.cat([things((0, 4, 5, 20, 21)), things(), things((1, 18, 16, 30, 28), (-2, 0, 0, 9, 9))])
    answer = task.answer(model, x, y)
    assert answer["boxes"].shape == (3, 10, 4)
    assert answer["boxes"][:, 6].tolist() == [[4, 5, 20, 21], [0, 0, 0, 0], [18, 16, 30, 28]]
    assert not answer["boxes"][:, 7:].any()
    assert not answer["boxes"].requires_grad
    losses = task.way.losses(answer, y)
    assert losses.isfinite().all()
    for place in range(3):
        alone = task.way.losses(task.answer(model, x[place : place + 1], y[place : place + 1]), y[place : place + 1])
        torch.testing.assert_close(alone[0], losses[place], rtol=1e-4, atol=1e-5)
    losses.sum().backward()
    assert all(tensor.grad is not None and tensor.grad.isfinite().all() for tensor in model.parameters())
    assert task.answer(model, x)["boxes"].shape == (3, 6, 4)


def test_running_statistics_move_once_in_a_step():
    spec = resspec.load(LEARNING)
    task = task_of(spec)
    x, y = torch.rand(3, 1, 32, 32), torch.cat([things((0, 4, 5, 20, 21)), things(), things((1, 18, 16, 30, 28))])
    learning, once = (resspec.build(spec, seed=0).train() for _ in range(2))
    boxes = task.answer(learning, x, y)["boxes"]
    once(x, boxes)
    counted = [name for name, _ in once.named_buffers() if name.endswith("num_batches_tracked")]
    assert counted
    assert all(torch.equal(buffer, once.get_buffer(name)) for name, buffer in learning.named_buffers())
    assert {int(learning.get_buffer(name)) for name in counted} == {1}


def test_what_is_judged_is_what_is_found():
    spec = resspec.load(LEARNING)
    task = task_of(spec)
    assert isinstance(task, Detection)
    model = resspec.build(spec, seed=1).eval()
    with torch.no_grad():
        model.get_parameter("heads.boxes.cls_score.bias").copy_(torch.tensor([-1.0, 1.0, 0.0]))
    x = torch.rand(3, 1, 32, 32)
    judged, found = task.way.found(task.answer(model, x), task.size), TwoSteps(spec, model)(x).found
    assert (judged.labels >= 0).any()
    assert torch.equal(judged.labels, torch.where(found.labels < 0, found.labels, found.labels - 1))
    torch.testing.assert_close(judged.boxes, found.boxes)
    torch.testing.assert_close(judged.scores, found.scores)


@pytest.mark.parametrize("change", ["heads.regions=[boxes, masks]", "heads.classes=1", "heads.regions=[keypoints]"])
def test_what_no_data_tells_of_regions_is_not_learned(change: str):
    with pytest.raises(DataError, match=r"RS659(.|\n)*learn boxes alone"):
        task_of(resspec.load(LEARNING, change))


def test_a_loss_that_is_no_number_is_traced_to_its_layer():
    spec = resspec.load(LEARNING)
    model = resspec.build(spec, seed=0)
    recipe = Recipe(epochs=1, batch=4)
    with torch.no_grad():
        model.get_parameter("heads.boxes.fc1.weight").fill_(3e38)
    with pytest.raises(DivergedError, match=r"the output of heads.boxes.\w+ \(Linear\) is not finite"):
        train(model, squares(8, 0), recipe, task=task_of(spec))
