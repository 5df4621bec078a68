"""What networks learn beyond one label for each image: their truth, their losses, how they are judged."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import resspec
from command import run
from resspec.errors import DataError
from resspec.training import Engine, evaluate, train
from resspec.training.augmentation import Draws, augmented, draw
from resspec.training.data import DataSource, Images, Samples
from resspec.training.data.digit_scenes import scenes
from resspec.training.data.digits import Digits
from resspec.training.ranks import ALONE
from resspec.training.recipe import Recipe
from resspec.training.tasks import CLASSIFICATION, task_of
from resspec.training.tasks.segmentation import Overlap, Segmentation

SMALL = ("unet_digits", "input=1x32x32", "heads.classes=3")
CPU = torch.device("cpu")


def test_the_heads_of_a_spec_say_what_it_learns():
    assert task_of(resspec.load("resnet18")) is CLASSIFICATION
    assert task_of(resspec.load("fcn_resnet50_aux")).classes == 21
    with pytest.raises(DataError, match="no training for heads of kind 'rpn'"):
        task_of(resspec.load("rpn_resnet50_fpn"))


def test_scenes_are_the_same_every_time_and_no_part_has_digits_of_another():
    x, masks, boxes = scenes("validation")
    assert x.shape == (300, 1, 64, 64)
    assert x.dtype == np.uint8
    assert set(np.unique(masks)) == set(range(11))
    scenes.cache_clear()
    again = scenes("validation")
    assert all(np.array_equal(one, two) for one, two in zip((x, masks, boxes), again, strict=True))  # type: ignore[arg-type]  # arrays of several types
    parts = [{image.tobytes() for image in Digits().load(part).x} for part in ("train", "validation", "test")]
    assert not parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2]


def test_the_boxes_of_scenes_are_the_edges_of_their_masks():
    _, masks, boxes = scenes("validation")
    for mask, rows in zip(masks[:50], boxes[:50], strict=True):
        covered = np.zeros_like(mask, bool)
        for label, left, upper, right, lower in rows[rows[:, 0] >= 0].astype(int):
            window = mask[upper:lower, left:right] == label + 1
            assert window.any(0)[[0, -1]].all()
            assert window.any(1)[[0, -1]].all()
            covered[upper:lower, left:right] |= window
        assert np.array_equal(covered, mask > 0)


def test_masks_move_with_their_images_and_what_moved_in_is_ignored():
    masks = torch.randint(1, 11, (6, 20, 24), dtype=torch.uint8)  # no 0: black is what moved in
    recipe = Recipe(shift=3, flip=True, cutout=5)
    draws = draw(recipe, 6, torch.Generator().manual_seed(0))
    assert draws.mirrored is not None
    assert 0 < draws.mirrored.sum() < 6
    images = augmented(masks[:, None], recipe, draws)[:, 0]
    moved = Segmentation(11).moved(masks, recipe, draws, (20, 24))
    assert torch.equal(moved == 255, images == 0)
    assert (moved == 255).any()
    assert torch.equal(moved[moved != 255], images[images != 0])


def test_nothing_moves_where_nothing_is_drawn():
    masks = torch.randint(0, 3, (2, 8, 8), dtype=torch.uint8)
    assert torch.equal(Segmentation(3).moved(masks, Recipe(), Draws(), (8, 8)), masks)


def test_ignored_pixels_change_neither_the_loss_nor_its_gradient():
    torch.manual_seed(0)
    logits = torch.randn(2, 4, 6, 6, requires_grad=True)
    y = torch.randint(0, 4, (2, 6, 6), dtype=torch.uint8)
    y[:, :2] = 255
    loss = Segmentation(4).loss(logits, y, 1.0, Recipe())
    assert loss.item() == pytest.approx(functional.cross_entropy(logits[:, :, 2:], y[:, 2:].long()).item())
    loss.backward()
    assert logits.grad is not None
    assert not logits.grad[:, :, :2].any()
    assert logits.grad[:, :, 2:].all()
    unknown = torch.full_like(y, 255)
    assert Segmentation(4).loss(logits, unknown, 1.0, Recipe()).item() == 0


def test_an_auxiliary_head_adds_four_tenths_of_its_loss():
    out, aux = torch.randn(2, 2, 3, 5, 5).unbind()
    y = torch.randint(0, 3, (2, 5, 5), dtype=torch.uint8)
    task, recipe = Segmentation(3), Recipe()
    alone = [task.loss(logits, y, 1.0, recipe) for logits in (out, aux)]
    assert torch.isclose(task.loss({"out": out, "aux": aux}, y, 1.0, recipe), alone[0] + 0.4 * alone[1])


def test_mean_intersection_over_union_counted_by_hand():
    task = Segmentation(4)
    truth = torch.tensor([[[0, 0, 1, 1], [2, 2, 255, 1]]], dtype=torch.uint8)
    answer = torch.tensor([[[0, 1, 1, 1], [2, 0, 3, 1]]])
    tally = task.tally(CPU)
    tally.add(functional.one_hot(answer, 4).permute(0, 3, 1, 2).float(), truth)
    found = tally.told(ALONE)
    assert isinstance(found, Overlap)
    assert found.ious == (1 / 3, 3 / 4, 1 / 2, None)  # nobody has class 3: the pixel that is answered so is ignored
    assert found.score == pytest.approx((1 / 3 + 3 / 4 + 1 / 2) / 3)
    assert found.pixel_accuracy == 5 / 7
    assert found.confusion[2] == (1, 0, 1, 0)


def test_mean_intersection_over_union_is_that_of_torchmetrics():
    metrics = pytest.importorskip("torchmetrics", reason="torchmetrics is not installed: mIoU is not compared with it")
    torch.manual_seed(1)
    logits, y = torch.randn(3, 8, 5, 16, 16), torch.randint(0, 5, (3, 8, 16, 16), dtype=torch.uint8)
    y[torch.rand(y.shape) < 0.2] = 255
    theirs = metrics.JaccardIndex("multiclass", num_classes=5, ignore_index=255)
    tally = Segmentation(5).tally(CPU)
    for answer, truth in zip(logits, y, strict=True):
        theirs.update(answer, truth.long())
        tally.add(answer, truth)
    assert tally.told(ALONE).score == pytest.approx(float(theirs.compute()), abs=1e-6)


class Threshold(nn.Module):
    """Tells bright pixels from dark ones by a learned line."""

    input_size = (1, 16, 16)
    mean, std = (0.5,), (0.25,)

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.line = nn.Conv2d(1, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.line(x)
        return found


def bright(count: int, seed: int) -> Images:
    x = np.random.RandomState(seed).randint(0, 256, (count, 1, 16, 16)).astype(np.uint8)
    return Images(x, (x[:, 0] > 127).astype(np.uint8), classes=2, truth="masks")


def test_a_network_learns_masks_and_its_log_has_their_figures():
    history = train(
        Threshold(), bright(64, 0), Recipe(epochs=4, batch=8, lr=1.0), validation=bright(32, 1), task=Segmentation(2)
    )
    first, last = history[0].validation, history[-1].validation
    assert isinstance(last, Overlap)
    assert last.score > 0.95
    assert first is not None
    assert last.score >= first.score
    row = history[-1].row()
    assert row["validation_miou"] == last.score
    assert row["validation_pixel_accuracy"] == last.pixel_accuracy
    assert "validation_accuracy" not in row


def test_judging_in_batches_of_any_size_gives_the_same_figures():
    model, images, task = Threshold(), bright(10, 2), Segmentation(2)
    found = [evaluate(model, images, batch=batch, task=task).to_dict() for batch in (1, 3, 10)]
    assert found[0]["confusion"] == found[1]["confusion"] == found[2]["confusion"]
    assert found[0]["loss"] == pytest.approx(found[2]["loss"])


def test_data_recipes_and_classes_of_another_task_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match="'digits' tells labels of its images, the network learns masks") as told:
        resspec.train(resspec.load(*SMALL), data="digits", path=tmp_path / "run")
    assert told.value.faults[0].code == "RS659"
    assert not (tmp_path / "run" / "log.csv").exists()
    with pytest.raises(DataError, match="'digit-scenes' tells masks of its images, the network learns labels"):
        DataSource.read("digit-scenes").load_for("labels", "test")
    with pytest.raises(DataError, match="mixup, cutmix of the recipe mean nothing for segmentation"):
        train(Threshold(), bright(4, 0), Recipe(mixup=0.1, cutmix=1.0), task=Segmentation(2))
    with pytest.raises(DataError, match="tells 1 classes apart, the data set has 2"):
        train(Threshold(), bright(4, 0), Recipe(), task=Segmentation(1))


def picture(path: Path, pixels: np.ndarray[Any, Any]) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: folders of masks are not read")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.fromarray(pixels).save(path)


@pytest.fixture
def masked(tmp_path: Path) -> Path:
    """A folder of pictures whose left half is dark, of class 0, and whose right half is bright, of class 2; a column
    between them does not count."""
    random = np.random.RandomState(0)
    for part, count in (("train", 8), ("val", 4), ("test", 4)):
        for number in range(count):
            wide, high = random.randint(36, 60, 2)
            mask = np.full((high, wide), 2, np.uint8)
            mask[:, : wide // 2] = 0
            pixels = (90 * mask + random.randint(0, 40, mask.shape)).astype(np.uint8)
            mask[:, wide // 2] = 255
            picture(tmp_path / part / "images" / f"{number}.jpg", pixels)
            picture(tmp_path / part / "masks" / f"{number}.png", mask)
    return tmp_path


@pytest.mark.slow
def test_a_folder_of_masks_is_trained_on_and_judged_by_the_command(masked: Path, tmp_path: Path):
    where = tmp_path / "run"
    data = f"masks:{masked}"
    options = ("--recipe", "scenes", "--path", str(where), "--threads", "1", "--workers", "0")
    done = run("train", *SMALL, "recipe.epochs=2", "recipe.batch=4", "--data", data, *options)
    assert done.returncode == 0, done.stderr
    assert "mIoU" in done.stderr
    assert "validation mIoU" in done.stdout
    assert "mIoU" in (where / "curve.svg").read_text()
    columns = (where / "log.csv").read_text().splitlines()[0].split(",")
    assert columns[-3:] == ["validation_loss", "validation_miou", "validation_pixel_accuracy"]
    weights = str(where / "best.safetensors")
    judged = run("evaluate", *SMALL, "--weights", weights, "--data", data, "--workers", "0")
    assert judged.returncode == 0, judged.stderr
    assert "mIoU" in judged.stdout


def test_an_image_and_its_mask_are_cropped_alike(masked: Path):
    from resspec.training.data.framing import View

    files = DataSource.read(f"masks:{masked}").load("train")
    assert isinstance(files, Samples)
    assert (len(files), files.classes) == (8, 3)
    for index in range(8):
        image, mask = files.item(index, View((1, 24, 24), (0.3, 1.0)), Random(index))
        assert image.shape == (1, 24, 24)
        assert set(np.unique(mask)) <= {0, 2, 255}
        sure = mask != 255
        sure[:, 1:] &= mask[:, :-1] != 255
        sure[:, :-1] &= mask[:, 1:] != 255  # pixels beside the edge blend both halves
        assert (((image[0] > 100) * 2 == mask) | ~sure).mean() > 0.97


@pytest.mark.parametrize(
    ("spoiled", "message"),
    [
        ("missing", r"there is no mask .*masks/3\.png"),
        ("size", r"masks/3\.png has 9x9 pixels, its image \d+x\d+"),
        ("class", r"masks/3\.png holds class 7 at row 2, column 5; there are 3 classes"),
        ("colour", r"masks/3\.png has pixels of RGB, not classes"),
    ],
)
def test_a_wrong_mask_is_named_and_stops_the_run_or_is_left_out(masked: Path, spoiled: str, message: str):
    mask = masked / "test" / "masks" / "3.png"
    image = pytest.importorskip("PIL.Image")
    pixels = np.asarray(image.open(mask)).copy()
    if spoiled == "missing":
        mask.unlink()
    elif spoiled == "size":
        picture(mask, np.zeros((9, 9), np.uint8))
    elif spoiled == "class":
        pixels[2, 5] = 7
        picture(mask, pixels)
    else:
        picture(mask, np.repeat(pixels[:, :, None], 3, axis=2))
    strict = DataSource.read(f"masks:{masked}")
    task, engine, model = Segmentation(3), Engine(workers=0), resspec.build(resspec.load(*SMALL))
    with pytest.raises(DataError, match=message) as told:
        evaluate(model, strict.load("test"), engine=engine, task=task)
    assert told.value.faults[0].code == "RS666"
    assert "data.damaged=skip" in str(told.value)
    lenient = DataSource.read({"kind": "masks", "folder": str(masked), "damaged": "skip"})
    assert evaluate(model, lenient.load("test"), engine=engine, task=task).count == 3


@pytest.mark.long
def test_a_unet_learns_scenes_of_digits(tmp_path: Path):
    trained = resspec.train("unet_digits", data="digit-scenes", recipe="scenes", path=tmp_path / "run", threads=2)
    found = resspec.evaluate("unet_digits", weights=trained.path / "best.safetensors", data="digit-scenes")
    assert found.count == 400
    assert found.score >= 0.80
