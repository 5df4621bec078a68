"""Photographs made larger: pairs that align, figures counted by hand, files at fault, and the commands."""

from __future__ import annotations

import json
import math
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import resspec
from command import run
from resspec.compile import compile_spec
from resspec.errors import DataError, WeightsError
from resspec.training import Engine, evaluate, train
from resspec.training.checkpoint import save_weights
from resspec.training.data import DataSource
from resspec.training.data.framing import View
from resspec.training.data.pairing import Photos
from resspec.training.data.photographs import PHOTOGRAPHS, placed
from resspec.training.enlarging import Enlarger, enlarger_of, margin_of
from resspec.training.ranks import ALONE
from resspec.training.recipe import Recipe
from resspec.training.run import notes_of
from resspec.training.tasks import task_of
from resspec.training.tasks.likeness import luma, psnr, ssim
from resspec.training.tasks.super_resolution import Bicubic, Likeness, SuperResolution

pytest.importorskip("PIL", reason="Pillow is not installed: photographs are not read")

SPEC = "edsr_small"
TINY = (SPEC, "stem.width=8", "stages.1.width=8", "stages.1.depth=1")
CPU = torch.device("cpu")
HERE = Engine(workers=0)
JUDGED = View((3, 24, 24), scale=2)
TRAINED = View((3, 24, 24), (0.1, 1.0), scale=2)


@pytest.fixture
def _carried() -> None:
    """The photographs that packages carry."""
    pytest.importorskip("skimage", reason="scikit-image is not installed: its photographs are not read")


def wavy(height: int, width: int, seed: int = 0) -> np.ndarray[Any, Any]:
    """A smooth colour picture [height, width, 3] in bytes."""
    random = np.random.RandomState(seed)
    rows, columns = np.mgrid[:height, :width]
    waves = [sum(np.sin(rows * a + columns * b + c) for a, b, c in random.uniform(-0.6, 0.6, (4, 3))) for _ in "rgb"]
    return (127 + 30 * np.stack(waves, -1)).clip(0, 255).astype(np.uint8)


def picture(path: Path, pixels: np.ndarray[Any, Any]) -> Path:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Photographs of several odd sizes in three parts."""
    for part, sizes in {
        "train": [(61, 70), (50, 83), (97, 49)],
        "val": [(41, 37)],
        "test": [(45, 60), (51, 33)],
    }.items():
        for number, (height, width) in enumerate(sizes):
            picture(tmp_path / "photos" / part / f"{number}.png", wavy(height, width, number))
    return tmp_path / "photos"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """The file of a tiny network whose last convolution has learnt something."""
    spec = resspec.load(*TINY)
    model = resspec.build(spec, seed=0)
    with torch.no_grad():
        last = model.get_submodule("heads.to_image")
        assert isinstance(last, nn.Conv2d)
        last.weight.normal_(0, 0.02, generator=torch.Generator().manual_seed(0))
    path = tmp_path / "tiny.safetensors"
    save_weights(model, path, notes_of(spec, compile_spec(spec).fingerprint))
    return path


def test_psnr_is_that_counted_by_hand():
    truth = torch.zeros(2, 1, 2, 2)
    images = torch.tensor([[3.0, 0, 0, 4], [0, 0, 0, 0]]).reshape(2, 1, 2, 2)
    found = psnr(images, truth)
    assert found[0].item() == pytest.approx(10 * math.log10(255**2 / (25 / 4)))
    assert found[1].item() == pytest.approx(100)  # an exact image


def test_luma_goes_from_16_to_235_and_weighs_green_most():
    colours = torch.tensor([[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]).float()
    found = luma(colours[:, :, None, None])[:, 0, 0, 0]
    assert found.tolist() == pytest.approx([16, 235, 81.481, 144.553, 40.966], abs=1e-3)
    grey = torch.rand(1, 1, 3, 3)
    assert luma(grey) is grey


def test_ssim_of_flat_images_is_that_counted_by_hand_and_of_equal_ones_1():
    pytest.importorskip("skimage", reason="scikit-image is not installed: there is no SSIM")
    flat = torch.stack([torch.full((1, 16, 16), value) for value in (100.0, 120.0)])
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)
    assert ssim(flat[:1], flat[1:]).item() == pytest.approx(expected)
    noise = torch.rand(2, 1, 20, 24) * 255
    assert ssim(noise, noise).tolist() == pytest.approx([1, 1])


def test_without_scikit_image_all_but_ssim_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "skimage.metrics", None)  # as if it were not installed
    task = SuperResolution(2, (0.0,) * 3, (1.0,) * 3)
    tally = task.tally(CPU)
    tally.add(torch.zeros(2, 3, 20, 20), torch.full((2, 3, 20, 20), 51, dtype=torch.uint8))
    found = tally.told(ALONE)
    assert isinstance(found, Likeness)
    assert found.psnr_rgb == pytest.approx(20 * math.log10(5))
    assert found.ssim is None
    assert found.measures().keys() == {"psnr", "psnr_rgb"}
    assert "pip install 'resspec[photographs]'" in found.told()


def test_figures_are_of_rounded_bytes_and_leave_a_border_of_the_scale_out():
    task = SuperResolution(2, (0.5,) * 3, (0.5,) * 3)
    truth = torch.full((1, 3, 20, 20), 100, dtype=torch.uint8)
    answer = (truth.float() + 0.4) / 255  # rounds to the truth
    answer[..., :2, :] = answer[..., -2:] = 1.0
    tally = task.tally(CPU)
    tally.add((answer - 0.5) / 0.5, truth)
    found = tally.told(ALONE)
    assert isinstance(found, Likeness)
    assert found.psnr == pytest.approx(100)
    assert found.psnr_rgb == pytest.approx(100)
    assert found.loss > 0.1  # of the whole image
    wrong = task.tally(CPU)
    with pytest.raises(DataError, match=r"makes images of \(3, 30, 30\), the truth has \(3, 20, 20\)"):
        wrong.add(torch.zeros(1, 3, 30, 30), truth)


@pytest.mark.usefixtures("_carried")
def test_no_photograph_is_in_two_parts_and_all_are_there():
    named = [name for names in PHOTOGRAPHS.values() for name in names]
    assert len(named) == len(set(named))
    for name in named:
        assert Path(placed(name)).is_file()
    with pytest.raises(DataError, match="is part of nopackage, which is not installed") as told:
        placed("nopackage/a.png")
    assert told.value.faults[0].code == "RS651"


@pytest.mark.usefixtures("_carried")
def test_large_and_small_photographs_lie_on_one_another():
    photos = DataSource.read("photographs").load("test")
    assert isinstance(photos, Photos)
    small, large = photos.item(0, JUDGED, Random(0))
    assert (small.shape, large.shape) == ((3, 256, 256), (3, 512, 512))
    small, large = small[:, :64, 80:160], large[:, :128, 160:320]
    enlarged = Bicubic(2, resspec.build(SPEC))(torch.from_numpy(small)[None])
    truth = torch.from_numpy(large)[None].float()
    found = {
        (down, right): psnr(enlarged.roll((down, right), (2, 3))[..., 4:-4, 4:-4], truth[..., 4:-4, 4:-4]).item()
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    }
    assert max(found, key=lambda shift: found[shift]) == (0, 0)
    assert found[0, 0] > max(value for shift, value in found.items() if shift != (0, 0)) + 2


def test_the_bicubic_that_networks_are_judged_beside_is_pillows():
    from PIL import Image

    small = wavy(21, 30)
    theirs = np.asarray(Image.fromarray(small).resize((60, 42), Image.Resampling.BICUBIC)).transpose(2, 0, 1)
    model = resspec.build(resspec.load(*TINY), seed=0)
    task = task_of(resspec.load(*TINY))
    assert isinstance(task, SuperResolution)
    x = torch.from_numpy(small.transpose(2, 0, 1).copy())[None].float() / 255
    ours = task.shown(task.unlearned(model)((x - task.mean) / task.std))[0].mul(255).clamp(0, 255)
    assert (ours - torch.from_numpy(theirs.copy()).float()).abs().max() < 1.6  # Pillow rounds between the axes


def test_squares_for_training_are_parts_of_the_whole_small_photograph(folder: Path):
    photos = DataSource.read({"kind": "images", "folder": str(folder), "crops": 5, "turn": False}).load("train")
    assert isinstance(photos, Photos)
    assert len(photos) == 15
    seen = set()
    for index in range(15):
        small, large = photos.item(index, TRAINED, Random(index))
        assert (small.shape, large.shape) == ((3, 24, 24), (3, 48, 48))
        whole, truth = replace(photos, crops=1).item(index // 5, JUDGED, Random(0))
        assert whole.shape[1:] == (truth.shape[1] // 2, truth.shape[2] // 2)
        windows = np.lib.stride_tricks.sliding_window_view(truth, large.shape)[0]
        rows, columns = np.nonzero((windows == large).all((2, 3, 4)))
        assert (rows[0] % 2, columns[0] % 2) == (0, 0)
        top, left = rows[0] // 2, columns[0] // 2
        assert np.abs(whole[:, top : top + 24, left : left + 24].astype(int) - small).max() <= 1
        seen.add((index // 5, top, left))
    assert len(seen) > 10


def test_squares_are_turned_alike(folder: Path):
    data = {"kind": "images", "folder": str(folder), "crops": 8}
    turned, plain = (DataSource.read(data | {"turn": turn}).load("train") for turn in (True, False))
    assert isinstance(turned, Photos)
    assert isinstance(plain, Photos)
    seen = set()
    for index in range(24):
        (small, large), (first, second) = (of.item(index, TRAINED, Random(index)) for of in (turned, plain))
        quarters = next(n for n in range(4) if np.array_equal(np.rot90(first, n, (1, 2)), small))
        assert np.array_equal(np.rot90(second, quarters, (1, 2)), large)
        seen.add(quarters)
    assert seen == {0, 1, 2, 3}


def test_a_network_with_a_zeroed_head_starts_as_bilinear_interpolation():
    model = resspec.build(SPEC, seed=3).eval()
    x = torch.randn(2, 3, 17, 24)
    with torch.no_grad():
        assert torch.equal(model(x), functional.interpolate(x, scale_factor=2.0, mode="bilinear"))


def test_photographs_of_odd_and_different_sizes_are_judged_whole(folder: Path):
    model, spec = resspec.build(resspec.load(*TINY), seed=0), resspec.load(*TINY)
    task = task_of(spec)
    photos = DataSource.read(f"images:{folder}").load("test")
    assert isinstance(photos, Photos)
    found = evaluate(model, photos, engine=HERE, task=task)
    apart = [evaluate(model, photos.take(np.array([i])), engine=HERE, task=task) for i in (0, 1)]
    assert found.count == 2
    assert found.psnr == pytest.approx(sum(each.psnr for each in apart) / 2)
    assert [photos.item(i, JUDGED, Random(0))[1].shape for i in (0, 1)] == [(3, 44, 60), (3, 50, 32)]


def test_a_tiny_network_learns_and_the_log_has_its_figures(folder: Path):
    spec = resspec.load(*TINY)
    source = DataSource.read({"kind": "images", "folder": str(folder), "crops": 8})
    model, task = resspec.build(spec, seed=0), task_of(spec)
    before = evaluate(model, source.load("validation"), engine=HERE, task=task)
    recipe = Recipe.model_validate({"epochs": 3, "batch": 8, "optimizer": "adamw", "lr": 0.003, "flip": True})
    history = train(model, source.load("train"), recipe, validation=source.load("validation"), task=task, engine=HERE)
    last = history[-1].validation
    assert last is not None
    assert last.score > before.score + 1
    row = history[-1].row()
    assert row["validation_psnr"] == last.psnr
    assert row["validation_psnr_rgb"] == last.psnr_rgb


@pytest.mark.parametrize(
    ("name", "overrides", "law"),
    [
        ("cyclegan_9blocks", (), "makes images of 3x256x256 from 3x256x256"),
        (SPEC, ("heads.channels=1", "heads.residual=null"), "makes images of 1x48x48 from 3x24x24"),
    ],
)
def test_networks_that_enlarge_nothing_are_refused(name: str, overrides: tuple[str, ...], law: str):
    with pytest.raises(DataError, match=law) as told:
        task_of(resspec.load(name, *overrides))
    assert told.value.faults[0].code == "RS659"


def test_the_scale_is_the_networks():
    assert [task_of(resspec.load(f"edsr_baseline_x{scale}")).scale for scale in (2, 4)] == [2, 4]


def test_data_and_recipes_of_another_task_are_refused(folder: Path, tmp_path: Path):
    with pytest.raises(DataError, match="'digits' tells labels of its images, the network learns images") as told:
        resspec.train(resspec.load(*TINY), data="digits", path=tmp_path / "run")
    assert "images:FOLDER" in str(told.value)
    with pytest.raises(DataError, match="'images' tells images of its images, the network learns labels"):
        resspec.train("resnet20", data=f"images:{folder}", path=tmp_path / "other")
    changes = ["mixup=0.2", "shift=4"]
    with pytest.raises(DataError, match="mixup, shift of the recipe") as told:
        resspec.train(resspec.load(*TINY), data=f"images:{folder}", changes=changes, path=tmp_path / "third")
    assert told.value.faults[0].code == "RS665"


@pytest.mark.parametrize(
    ("spoiled", "code", "message"),
    [
        ("truncated", "RS656", r"test/1\.png cannot be decoded"),
        ("no picture", "RS656", r"test/1\.png cannot be decoded: cannot identify"),
        ("small", "RS654", r"test/1\.png has 15x40 pixels; at least 16x16 are needed"),
        ("deep", "RS653", r"test/1\.png has pixels of more than 8 bits"),
    ],
)
def test_a_wrong_photograph_is_named_and_stops_the_run_or_is_left_out(
    folder: Path, spoiled: str, code: str, message: str
):
    path = folder / "test" / "1.png"
    if spoiled == "truncated":
        path.write_bytes(path.read_bytes()[:-900])
    elif spoiled == "no picture":
        path.write_text("no picture")
    elif spoiled == "small":
        picture(path, wavy(40, 15))
    else:
        picture(path, np.full((40, 40), 40_000, np.uint16))
    task, model = task_of(resspec.load(*TINY)), resspec.build(resspec.load(*TINY))
    with pytest.raises(DataError, match=message) as told:
        evaluate(model, DataSource.read(f"images:{folder}").load("test"), engine=HERE, task=task)
    assert told.value.faults[0].code == code
    lenient = DataSource.read({"kind": "images", "folder": str(folder), "damaged": "skip"})
    assert evaluate(model, lenient.load("test"), engine=HERE, task=task).count == 1
    (folder / "test" / "0.png").unlink()
    with pytest.raises(DataError, match="none of the photographs could be read"):
        evaluate(model, lenient.load("test"), engine=HERE, task=task)


def test_training_goes_on_without_the_wrong_photographs_where_told(folder: Path):
    picture(folder / "train" / "0.png", wavy(30, 60))
    (folder / "train" / "1.png").write_bytes(b"")
    task = task_of(resspec.load(*TINY))
    recipe = Recipe.model_validate({"epochs": 1, "batch": 24, "lr": 0.001})
    data = {"kind": "images", "folder": str(folder)}
    with pytest.raises(DataError, match=r"train/[01]\.png"):
        train(resspec.build(resspec.load(*TINY)), DataSource.read(data).load("train"), recipe, task=task, engine=HERE)
    model = resspec.build(resspec.load(*TINY))
    images = DataSource.read(data | {"damaged": "skip"}).load("train")
    assert len(train(model, images, recipe, task=task, engine=HERE)) == 1
    (folder / "train" / "2.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"train/[012]\.png"):  # nothing is left of a batch
        train(model, images, recipe, task=task, engine=HERE)


def test_parts_that_are_missing_are_told_and_a_plain_folder_is_for_judging(folder: Path, tmp_path: Path):
    def parts(of: Path, **fields: object) -> list[int]:
        source = DataSource.read({"kind": "images", "folder": str(of), "crops": 1, **fields})
        return [len(source.load(part)) for part in ("train", "validation", "test")]

    assert parts(folder) == [3, 1, 2]
    without = tmp_path / "without"
    shutil.copytree(folder, without)
    (without / "val" / "0.png").rename(without / "train" / "3.png")
    (without / "val").rmdir()
    assert parts(without, validation=0.25) == [3, 1, 2]
    assert parts(without, validation=0) == [4, 0, 2]
    plain = DataSource.read(f"images:{folder / 'test'}")
    assert len(plain.load("test")) == 2
    with pytest.raises(DataError, match=r"there is no folder .*test/train"):
        plain.load("train")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="there are no photographs below"):
        DataSource.read(f"images:{tmp_path / 'empty'}").load("test")


def test_a_picture_is_enlarged_with_its_greys_and_its_transparency(weights: Path, tmp_path: Path):
    from PIL import Image

    pixels = wavy(31, 20)
    alpha = np.repeat(np.arange(31, dtype=np.uint8)[:, None] * 8, 20, axis=1)
    for name, given, mode in (
        ("colour.png", pixels, "RGB"),
        ("grey.png", pixels[..., 0], "L"),
        ("alpha.png", np.dstack([pixels, alpha]), "RGBA"),
    ):
        out = tmp_path / f"large_{name}"
        assert resspec.enlarge(weights, picture(tmp_path / name, given), out) == (40, 62)
        with Image.open(out) as made:
            assert (made.size, made.mode) == ((40, 62), mode)
            fours = np.asarray(made).reshape(31, 2, 20, 2, -1)
        assert np.abs(fours.mean((1, 3)) - given.reshape(31, 20, -1)).mean() < 6
    assert resspec.enlarge(weights, tmp_path / "alpha.png", tmp_path / "large.jpg") == (40, 62)


def test_a_photograph_is_enlarged_as_its_camera_was_held(weights: Path, tmp_path: Path):
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.fromarray(wavy(24, 40)).save(tmp_path / "turned.jpg", exif=exif)
    assert resspec.enlarge(weights, tmp_path / "turned.jpg", tmp_path / "large.png") == (48, 80)


def test_tiles_make_the_same_picture_as_the_whole(weights: Path):
    enlarger = enlarger_of(resspec.load(str(weights)), weights, "cpu")
    assert enlarger.margin == 32
    x = torch.from_numpy(wavy(150, 200).transpose(2, 0, 1).copy())[None]
    with torch.inference_mode():
        whole, tiled = enlarger.whole(x), enlarger.made(x, tile=64)
    assert (whole - tiled).abs().max() <= 1  # a rounding may fall to the other side
    assert (whole != tiled).float().mean() < 1e-3
    without = Enlarger(enlarger.model, enlarger.task, 0)
    with torch.inference_mode():
        assert (without.made(x, tile=64) != whole).float().mean() > 0.01  # the margin is needed


def test_a_network_that_sees_the_whole_picture_takes_it_whole():
    assert margin_of(resspec.graph(resspec.load(*TINY, "norm=instance"))) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("text.png", "large.png"), "RS656"),
        (("none.png", "large.png"), "RS656"),
        (("small.png", "large.doc"), "RS669"),
    ],
)
def test_pictures_that_cannot_be_read_or_written_are_refused(
    weights: Path, tmp_path: Path, words: tuple[str, str], code: str
):
    picture(tmp_path / "small.png", wavy(20, 20))
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(DataError) as told:
        resspec.enlarge(weights, tmp_path / words[0], tmp_path / words[1])
    assert told.value.faults[0].code == code
    assert not (tmp_path / words[1]).exists()


def test_weights_of_another_network_and_networks_of_another_task_enlarge_nothing(weights: Path, tmp_path: Path):
    small = picture(tmp_path / "small.png", wavy(20, 20))
    for source, code in ((SPEC, "RS609"), ("edsr_baseline_x2", "RS609")):
        with pytest.raises(WeightsError) as told:
            resspec.enlarge(source, small, tmp_path / "large.png", weights=weights)
        assert told.value.faults[0].code == code
    with pytest.raises(WeightsError, match="has not learnt yet"):
        resspec.enlarge(SPEC, small, tmp_path / "large.png")
    with pytest.raises(DataError, match="resnet20 is made for classification; it enlarges nothing"):
        resspec.enlarge("resnet20", small, tmp_path / "large.png", weights=weights)


def test_the_command_enlarges_and_ends_with_2_for_what_is_no_picture(weights: Path, tmp_path: Path):
    from PIL import Image

    picture(tmp_path / "small.png", wavy(20, 26))
    done = run("enlarge", str(weights), "small.png", "-o", "large.png", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "wrote large.png: 52x40 pixels\n"), done.stderr
    with Image.open(tmp_path / "large.png") as made:
        assert made.size == (52, 40)
    wrong = run("enlarge", str(weights), str(weights), "-o", "large.png", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "RS656" in wrong.stderr
    assert "Traceback" not in wrong.stderr


@pytest.mark.slow
def test_a_folder_of_photographs_is_trained_on_judged_and_used_by_the_commands(folder: Path, tmp_path: Path):
    where, data = tmp_path / "run", f"images:{folder}"
    options = ("--recipe", "photographs", "--path", str(where), "--threads", "1", "--workers", "0")
    done = run("train", *TINY, "recipe.epochs=3", "recipe.batch=8", "--data", data, *options)
    assert done.returncode == 0, done.stderr
    assert "PSNR" in done.stderr
    assert "validation PSNR" in done.stdout
    columns = (where / "log.csv").read_text().splitlines()[0].split(",")
    assert columns[-3:] == ["validation_psnr", "validation_psnr_rgb", "validation_ssim"]
    best = str(where / "best.safetensors")
    judged = run("evaluate", *TINY, "--weights", best, "--data", data, "--workers", "0")
    assert judged.returncode == 0, judged.stderr
    assert [line.split()[0] for line in judged.stdout.splitlines()[1:]] == ["network", "bicubic", "the"]
    told = json.loads(run("evaluate", *TINY, "--weights", best, "--data", data, "--workers", "0", "--json").stdout)
    assert told["count"] == told["bicubic"]["count"] == 2
    large = run("enlarge", best, str(folder / "test" / "0.png"), "-o", str(tmp_path / "large.png"))
    assert large.returncode == 0, large.stderr
    assert "120x90 pixels" in large.stdout


@pytest.mark.usefixtures("_carried")
@pytest.mark.slow
def test_a_small_edsr_is_above_bicubic_on_photographs_it_never_saw(tmp_path: Path):
    trained = resspec.train(
        SPEC,
        data={"kind": "photographs", "crops": 32},
        recipe="photographs",
        changes=["epochs=4"],
        path=tmp_path / "run",
        threads=1,
        engine={"workers": 0},
    )
    found = resspec.evaluate(SPEC, weights=trained.path / "best.safetensors", data="photographs", engine={"workers": 0})
    assert isinstance(found, Likeness)
    assert found.bicubic is not None
    assert found.count == found.bicubic.count == 4
    assert found.psnr > found.bicubic.psnr + 0.5
    assert found.ssim is not None
    assert found.bicubic.ssim is not None
    assert found.ssim > found.bicubic.ssim


@pytest.mark.usefixtures("_carried")
@pytest.mark.long
def test_a_small_edsr_is_a_decibel_above_bicubic_on_photographs_it_never_saw(tmp_path: Path):
    trained = resspec.train(SPEC, data="photographs", recipe="photographs", path=tmp_path / "run", threads=2)
    found = resspec.evaluate(SPEC, weights=trained.path / "best.safetensors", data="photographs")
    assert isinstance(found, Likeness)
    assert found.bicubic is not None
    assert found.psnr >= found.bicubic.psnr + 1
