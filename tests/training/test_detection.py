"""Detection: what each place should answer, what answers mean, how they are judged, how boxes move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

import resspec
from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.training import evaluate, train
from resspec.training.augmentation import augmented, draw
from resspec.training.data import Images
from resspec.training.data.digit_scenes import DigitScenes
from resspec.training.detection.boxes import giou, iou, nms
from resspec.training.detection.coco import average_precisions
from resspec.training.detection.fcos import Fcos
from resspec.training.detection.levels import Level, centres, levels_of
from resspec.training.detection.retinanet import RetinaNet, coded, decoded
from resspec.training.detection.way import ALPHA, Way, focal
from resspec.training.ranks import ALONE
from resspec.training.recipe import Recipe
from resspec.training.tasks import task_of
from resspec.training.tasks.detection import Detection, Precision

CPU = torch.device("cpu")
TINY = {
    "input": [1, 32, 32],
    "mean": [0.25],
    "std": [0.25],
    "stem": {"kind": "conv3x3", "width": 16, "stride": 2},
    "block": "basic",
    "stages": [{"depth": 1, "width": 16, "stride": 2}, {"depth": 1, "width": 32, "stride": 2}],
    "neck": {"kind": "fpn", "width": 16},
    "heads": {"kind": "fcos", "classes": 2, "depth": 1, "norm": {"kind": "group", "groups": 4}},
}
"""Levels of strides 4 and 8."""
ONE, TWO = Level(8, 8, 8), Level(4, 4, 16)


def things(*rows: tuple[float, ...], most: int = 4) -> Tensor:
    """The truth about one image."""
    found = torch.full((1, most, 5), -1.0)
    found[0, : len(rows)] = torch.tensor(rows).reshape(-1, 5)
    return found


def test_levels_are_the_grids_of_the_compiled_net_and_strides_are_those_of_the_pyramid():
    found = levels_of(compile_spec(resspec.load("fcos_resnet50_fpn")), "cls_logits")
    assert [(level.height, level.stride) for level in found] == [(100, 8), (50, 16), (25, 32), (13, 64), (7, 128)]
    odd = levels_of(compile_spec(resspec.load("fcos_resnet50_fpn", "input=3x203x331")), "cls_logits")
    assert [level.stride for level in odd] == [8, 16, 32, 64, 128]
    alone = levels_of(compile_spec(resspec.load("fcos_digits", "neck.taps=[4]")), "cls_logits")  # no concatenation
    assert alone == (Level(2, 2, 32),)


@pytest.mark.parametrize("heads", ["fcos", "retinanet"])
@pytest.mark.parametrize("size", ["1x64x64", "1x96x64", "1x57x83"])
def test_there_is_a_place_for_every_row_of_the_answer(size: str, heads: str):
    spec = resspec.load(TINY, f"input={size}", *([] if heads == "fcos" else ["heads=retinanet"]))
    task = task_of(spec)
    assert isinstance(task, Detection)
    with torch.inference_mode():
        answer = resspec.build(spec).eval()(torch.zeros(2, *spec.input))
    places = task.way.anchors(CPU) if isinstance(task.way, RetinaNet) else centres(levels_in(task.way), CPU)
    assert answer["cls_logits"].shape[1] == len(places)
    assert task.way.found(answer, task.size).labels.shape == (2, 100)


def levels_in(way: Way) -> Sequence[Level]:
    assert isinstance(way, Fcos)
    return way.levels


def test_places_lie_half_a_stride_and_whole_strides_on_row_by_row():
    found = centres([Level(2, 3, 8), Level(1, 1, 32)], CPU)
    assert found.tolist() == [[4, 4], [12, 4], [20, 4], [4, 12], [12, 12], [20, 12], [16, 16]]


def test_places_near_the_middle_of_a_thing_answer_for_it():
    goal = Fcos([ONE]).goal(things((3, 16, 8, 56, 48)))  # its middle is 36, 28; 12 pixels around it count
    labels = goal.labels.reshape(8, 8)
    there = {(int(row), int(column)) for row, column in (labels == 3).nonzero()}
    assert there == {(row, column) for row in (2, 3, 4) for column in (3, 4, 5)}
    assert (labels[labels != 3] == -1).all()
    at = 2 * 8 + 3  # the place 28, 20
    assert goal.sides[0, at].tolist() == [12 / 8, 12 / 8, 28 / 8, 28 / 8]
    assert goal.central[0, at].item() == pytest.approx(((12 / 28) * (12 / 28)) ** 0.5)


def test_a_thing_belongs_to_the_level_that_its_furthest_edge_is_in_reach_of():
    way = Fcos([ONE, TWO])
    small = way.goal(things((0, 0, 0, 60, 60))).labels[0]
    assert (small[:64] == 0).any()
    assert (small[64:] == -1).all()
    wide = Fcos([Level(32, 32, 8), Level(16, 16, 16)]).goal(things((0, 0, 0, 160, 160))).labels[0]
    assert (wide[:1024] == -1).all()
    assert (wide[1024:] == 0).any()


def test_of_two_things_the_smaller_one_is_answered_for():
    goal = Fcos([ONE]).goal(things((1, 0, 0, 64, 64), (2, 24, 24, 40, 40)))
    labels = goal.labels.reshape(8, 8)
    assert (labels[3:5, 3:5] == 2).all()
    assert (labels == 1).any() == bool(((centres([ONE], CPU) - 32).abs().amax(-1) < 12).sum() > 4)


def test_a_place_is_spared_where_a_thing_lies_that_need_not_be_found():
    goal = Fcos([ONE]).goal(things((-2 - 1, 0, 0, 32, 64), (0, 40, 8, 56, 24)))
    labels = goal.labels.reshape(8, 8)
    assert (labels[:, :4] == -2).all()
    assert set(labels[:, 4:].flatten().tolist()) == {-1, 0}
    logits = torch.randn(1, 64, 2, requires_grad=True)
    focal(logits, goal.labels).sum().backward()
    assert logits.grad is not None
    assert not logits.grad.reshape(8, 8, 2)[:, :4].any()
    assert logits.grad.reshape(8, 8, 2)[:, 4:].all()


def answer_of(way: Fcos, y: Tensor, classes: int) -> dict[str, Tensor]:
    """What a network that knows the truth would answer."""
    goal = way.goal(y)
    sure = functional.one_hot(goal.labels.clamp(min=0), classes) * (goal.labels >= 0)[..., None]
    return {
        "cls_logits": 40.0 * sure - 20,
        "bbox_regression": goal.sides,
        "bbox_ctrness": goal.central.clamp(1e-6, 1 - 1e-6).logit()[..., None],
    }


def test_decoding_inverts_the_assignment():
    y = torch.from_numpy(DigitScenes().load_for("boxes", "validation").y[:40])
    task = task_of(resspec.load("fcos_digits"))
    assert isinstance(task, Detection)
    assert isinstance(task.way, Fcos)
    answer = answer_of(task.way, y, 10)
    found = task.way.found(answer, task.size)
    for boxes, labels, truth in zip(found.boxes, found.labels, y, strict=True):
        rows = truth[truth[:, 0] >= 0]
        for label, *edges in rows.tolist():
            same = boxes[labels == label]
            assert (same - torch.tensor(edges)).abs().amax(1).min() < 1e-3
    tally = task.tally(CPU)
    tally.add(answer, y)
    score = tally.told(ALONE)
    assert score.map50 > 0.999
    assert score.map > 0.99
    assert task.way.losses(answer, y).max() < 0.7  # what is left is the entropy of centre-ness


def test_the_loss_of_an_image_is_the_same_in_any_batch():
    torch.manual_seed(0)
    way = Fcos([ONE, TWO])
    y = torch.cat([things((0, 4, 4, 30, 40), (1, 30, 30, 60, 50)), things(), things((1, 2, 2, 62, 62))])
    widths = {"cls_logits": 2, "bbox_regression": 4, "bbox_ctrness": 1}
    answer = {name: torch.rand(3, 80, width) for name, width in widths.items()}
    together = way.losses(answer, y)
    apart = [way.losses({name: rows[i : i + 1] for name, rows in answer.items()}, y[i : i + 1])[0] for i in range(3)]
    assert torch.allclose(together, torch.stack(apart))
    assert together.isfinite().all()


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


def test_the_focal_loss_is_that_of_its_formula():
    logits = torch.tensor([[[0.3, -1.2]]])
    p = logits.sigmoid()[0, 0]
    right = -ALPHA * (1 - p[1]) ** 2 * p[1].log() - (1 - ALPHA) * p[0] ** 2 * (1 - p[0]).log()
    assert focal(logits, torch.tensor([[1]])).item() == pytest.approx(right.item(), rel=1e-5)


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


def random_boxes(count: int, generator: torch.Generator) -> Tensor:
    corners = 20 * torch.rand(count, 2, generator=generator)
    return torch.cat([corners, corners + 10 + 10 * torch.rand(count, 2, generator=generator)], -1)


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


def test_judging_in_batches_of_any_size_gives_the_same_figures():
    data = DigitScenes().load_for("boxes", "validation").take(np.arange(30))
    task = task_of(resspec.load("fcos_digits"))
    model = resspec.build("fcos_digits")
    assert isinstance(task, Detection)
    scores = [evaluate(model, data, batch=batch, task=task).to_dict() for batch in (4, 30)]
    assert {key: value for key, value in scores[0].items() if key != "loss"} == {
        key: value for key, value in scores[1].items() if key != "loss"
    }
    assert scores[0]["loss"] == pytest.approx(scores[1]["loss"])


def framed_in(image: Tensor) -> list[int]:
    """Left, upper, right and lower edge of what is white."""
    lit = image[0] == 255
    across, down = lit.any(0).nonzero(), lit.any(1).nonzero()
    return [int(across.min()), int(down.min()), int(across.max()) + 1, int(down.max()) + 1]


def test_boxes_move_exactly_as_their_images_do():
    random = np.random.RandomState(0)
    images, truths = torch.zeros(200, 1, 20, 30, dtype=torch.uint8), torch.full((200, 2, 5), -1.0)
    for image, truth in zip(images, truths, strict=True):
        (left, right), (upper, lower) = np.sort(random.choice(31, 2, False)), np.sort(random.choice(21, 2, False))
        image[0, upper:lower, left:right] = 255
        truth[0] = torch.tensor([1, left, upper, right, lower])
    recipe = Recipe(shift=8, flip=True)
    draws = draw(recipe, 200, torch.Generator().manual_seed(0))
    moved_images = augmented(images, recipe, draws)
    way = Fcos([ONE])
    moved = Detection(2, way, (20, 30)).moved(truths, recipe, draws, (20, 30))
    labels = moved[:, 0, 0]
    assert {1.0, -3.0} <= set(labels.tolist())
    assert (moved[:, 1, 0] == -1).all()
    for image, (label, *edges) in zip(moved_images, moved[:, 0].tolist(), strict=True):
        if label == -1:
            assert not (image == 255).any()
        else:
            assert framed_in(image) == edges


def test_nothing_moves_where_nothing_is_drawn_and_a_mirror_twice_is_none():
    y = things((1, 3, 4, 9, 12), (0, 1, 1, 2, 2))
    task = Detection(2, Fcos([ONE]), (20, 30))
    flip, plain = Recipe(flip=True), Recipe()
    draws = draw(flip, 1, torch.Generator().manual_seed(0))
    mirrored = type(draws)(mirrored=torch.tensor([True]))
    assert torch.equal(task.moved(y, plain, draw(plain, 1, torch.Generator()), (20, 30)), y)
    once = task.moved(y, flip, mirrored, (20, 30))
    assert once[0, 0].tolist() == [1, 21, 4, 27, 12]
    assert torch.equal(task.moved(once, flip, mirrored, (20, 30))[0, :2], y[0, :2])


def squares(count: int, seed: int) -> Images:
    """Bright and dim squares on black."""
    random = np.random.RandomState(seed)
    x, y = np.zeros((count, 1, 32, 32), np.uint8), np.full((count, 2, 5), -1, np.float32)
    for image, truth in zip(x, y, strict=True):
        size, label = random.randint(10, 16), random.randint(2)
        left, upper = random.randint(0, 32 - size, 2)
        image[0, upper : upper + size, left : left + size] = 100 + 155 * label
        truth[0] = label, left, upper, left + size, upper + size
    return Images(x, y, classes=2, truth="boxes")


@pytest.mark.parametrize("heads", ["fcos", "retinanet"])
def test_a_small_net_learns_to_find_squares(heads: str):
    spec = resspec.load(TINY, *([] if heads == "fcos" else ["heads={kind: retinanet, classes: 2, depth: 1, anchors: 3}"]))
    recipe = Recipe(epochs=5, batch=16, lr=0.008, optimizer="adamw", warmup=0.5)  # type: ignore[arg-type]  # read by name
    model, task = resspec.build(spec, seed=0), task_of(spec)
    history = train(model, squares(160, 0), recipe, validation=squares(32, 1), task=task)
    last = history[-1].validation
    assert isinstance(last, Precision)
    assert history[-1].loss < history[0].loss / 1.5
    assert last.map50 > 0.5
    row = history[-1].row()
    assert (row["validation_map50"], row["validation_map"]) == (last.map50, last.map)
    assert "mAP50" in last.told()


def test_what_means_nothing_for_boxes_is_refused():
    task = task_of(resspec.load("fcos_digits"))
    with pytest.raises(DataError, match="label_smoothing, side, centre of the recipe mean nothing for detection"):
        task.check(Recipe(label_smoothing=0.1, side=32, centre=1.0))
    with pytest.raises(DataError, match="'digits' tells labels of its images, the network learns boxes"):
        resspec.train("fcos_digits", data="digits")
    few = resspec.load(TINY)
    with pytest.raises(DataError, match="tells 2 classes apart, the data set has 3"):
        evaluate(resspec.build(few), replace(squares(2, 0), classes=3), task=task_of(few))


def test_without_pycocotools_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "pycocotools", None)
    with pytest.raises(DataError, match=r"pip install 'resspec\[detection\]'") as told:
        task_of(resspec.load("fcos_digits")).check(Recipe())
    assert told.value.faults[0].code == "RS651"


def test_heads_start_with_rare_classes_and_live_distances():
    model = resspec.build("fcos_digits", seed=0)
    state = model.state_dict()
    assert state["heads.cls.cls_logits.bias"].unique().item() == pytest.approx(-np.log(99), abs=1e-3)
    assert state["heads.cls.cls_logits.weight"].std().item() == pytest.approx(0.01, rel=0.1)
    answer = model(torch.rand(2, 1, 64, 64))
    assert (answer["bbox_regression"] > 0).float().mean() > 0.95
