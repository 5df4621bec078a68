"""Detection as a task: it is learned and judged, and boxes move as their images do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

import resspec
from resspec.errors import DataError
from resspec.training import evaluate, train
from resspec.training.augmentation import augmented, draw
from resspec.training.checkpoint import save_weights
from resspec.training.data.digit_scenes import DigitScenes
from resspec.training.detection.fcos import Fcos
from resspec.training.recipe import Recipe
from resspec.training.tasks import task_of
from resspec.training.tasks.detection import Detection, Precision
from training.detecting import ONE, TINY, squares, things


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


HEADS = {
    "fcos": TINY["heads"],
    "retinanet": {"kind": "retinanet", "classes": 2, "depth": 1, "anchors": 3},
    "rcnn": {"kind": "rcnn", "classes": 3, "proposals": 20, "regions": [{"kind": "boxes", "size": 5, "hidden": [32]}]},
}


@pytest.mark.parametrize("heads", HEADS)
def test_a_small_net_learns_to_find_squares(heads: str):
    spec = resspec.load({**TINY, "heads": HEADS[heads]})
    recipe = Recipe(epochs=4, batch=8, lr=0.008, optimizer="adamw", warmup=0.5)  # type: ignore[arg-type]  # read by name
    model, task = resspec.build(spec, seed=0), task_of(spec)
    history = train(model, squares(96, 0), recipe, validation=squares(32, 1), task=task)
    last = history[-1].validation
    assert isinstance(last, Precision)
    assert history[-1].loss < history[0].loss / 1.5
    assert last.map50 > 0.4, history
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


@pytest.mark.slow
def test_two_processes_judge_as_one(tmp_path: Path):
    """Weights of a net that has learned a little, judged by one process and by two, each on a part of the images."""
    spec = resspec.load(TINY, "input=1x64x64", "heads.classes=10")
    model, task = resspec.build(spec, seed=0), task_of(spec)
    some = DigitScenes().load_for("boxes", "validation").take(np.arange(200))
    recipe = Recipe(epochs=3, batch=10, lr=0.008, optimizer="adamw", warmup=0.5)  # type: ignore[arg-type]  # read by name
    train(model, some, recipe, task=task)
    save_weights(model, tmp_path / "net.safetensors", {})
    (tmp_path / "net.json").write_text(json.dumps(spec.to_dict()))
    words = ["evaluate", "net.json", "--weights", "net.safetensors", "--data", "digit-scenes", "--part", "validation"]
    told = []
    for launcher in (("-m",), ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")):
        done = subprocess.run(
            [sys.executable, *launcher, "resspec", *words, "--json"],
            cwd=tmp_path,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        told.append(json.loads(done.stdout))
    one, two = told
    assert one["count"] == two["count"] == 300
    assert one["map50"] > 0.05
    for name in ("map50", "map75", "map", "loss"):
        assert two[name] == pytest.approx(one[name], rel=1e-4)


@pytest.mark.long
def test_a_detector_learns_scenes_of_digits(tmp_path: Path):
    trained = resspec.train("fcos_digits", data="digit-scenes", recipe="boxes", path=tmp_path / "run", threads=2)
    found = resspec.evaluate("fcos_digits", weights=trained.path / "best.safetensors", data="digit-scenes")
    assert found.count == 400
    assert found.score >= 0.80
