"""FCOS: where it predicts, what each place should answer, what answers mean."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

import resspec
from resspec.compile import compile_spec
from resspec.training.data.digit_scenes import DigitScenes
from resspec.training.detection.fcos import Fcos
from resspec.training.detection.levels import Level, centres, levels_of
from resspec.training.detection.retinanet import RetinaNet
from resspec.training.detection.way import ALPHA, Way, focal
from resspec.training.ranks import ALONE
from resspec.training.tasks import task_of
from resspec.training.tasks.detection import Detection
from training.detecting import CPU, ONE, TINY, TWO, answer_of, things


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


def test_the_focal_loss_is_that_of_its_formula():
    logits = torch.tensor([[[0.3, -1.2]]])
    p = logits.sigmoid()[0, 0]
    right = -ALPHA * (1 - p[1]) ** 2 * p[1].log() - (1 - ALPHA) * p[0] ** 2 * (1 - p[0]).log()
    assert focal(logits, torch.tensor([[1]])).item() == pytest.approx(right.item(), rel=1e-5)
