"""Generators against critics: what is learnt, gone on with, refused and drawn."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

import resspec
from command import run
from resspec.training.checkpoint import read_weights
from resspec.training.data import DataSource, Samples
from resspec.training.data.gathering import gathered

GENERATOR, CRITIC = "digits_generator", "digits_critic"
SMALL = {"stem.width": 8, "stages.1.width": 8, "stages.2.width": 8}


def small(steps: int, path: Path) -> Path:
    """A short training of a small pair: its folder."""
    changes = [f"{name}={value}" for name, value in SMALL.items()]
    generator = resspec.load(GENERATOR, *changes)
    critic = resspec.load(CRITIC, "stages.1.width=8", "stages.2.width=8", "stages.3.width=8")
    resspec.train_generator(generator, critic, data="digits", duel={"steps": steps, "batch": 16}, path=path, threads=1)
    return path


def test_the_same_seed_gives_the_same_generator_which_its_file_alone_rebuilds(tmp_path: Path):
    first, second = small(6, tmp_path / "a"), small(6, tmp_path / "b")
    weights = [read_weights(path / "generator.safetensors") for path in (first, second)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    model = resspec.build(first / "generator.safetensors").eval()
    with torch.no_grad():
        assert model(torch.randn(3, 64, 1, 1)).shape == (3, 1, 8, 8)


def test_training_moves_the_mean_of_the_generator_and_a_finished_folder_is_read_again(tmp_path: Path):
    path = small(6, tmp_path / "a")
    before = (path / "generator.safetensors").read_bytes()
    fresh = resspec.build(GENERATOR, seed=0)
    trained = read_weights(path / "generator.safetensors")
    assert trained.keys() == fresh.state_dict().keys()
    small(6, path)
    assert (path / "generator.safetensors").read_bytes() == before
    assert json.loads((path / "result.json").read_text())["steps"] == 6


@pytest.mark.slow
@pytest.mark.parametrize("told", ["", "labelled_"])
def test_a_training_that_was_stopped_goes_on_to_the_same_weights(told: str, tmp_path: Path):
    generator, critic = f"{told}{GENERATOR}", f"{told}{CRITIC}"
    command = [
        *(sys.executable, "-m", "resspec", "train-generator", generator, "--critic", critic, "--data", "digits"),
        *("duel.steps=400", "duel.batch=4", "--threads", "1", "--path"),
    ]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    stopped = tmp_path / "stopped"
    process = subprocess.Popen([*command, str(stopped)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (stopped / "run.json").exists():
        time.sleep(0.1)
    time.sleep(1.0)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 143
    assert (stopped / "state.pt").exists()
    subprocess.run([*command, str(stopped)], check=True, capture_output=True)
    whole, parts = (read_weights(path / "generator.safetensors") for path in (tmp_path / "whole", stopped))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


@pytest.mark.parametrize(
    ("of_generator", "of_critic", "law"),
    [
        ("input=[64,2,2]", "", "a generator reads latent vectors, not 64x2x2"),
        ("head.channels=3", "", "the generator makes images of 3x8x8, the data has 1x8x8"),
        ("", "input=[1,16,16]", "the critic reads images of 1x16x16, the data has 1x8x8"),
        ("", "head.classes=3", "a critic gives one value"),
    ],
)
def test_networks_that_do_not_fit_are_refused_before_anything_is_written(
    of_generator: str, of_critic: str, law: str, tmp_path: Path
):
    generator = resspec.load(GENERATOR, *filter(None, [of_generator]))
    critic = resspec.load(CRITIC, *filter(None, [of_critic]))
    with pytest.raises(resspec.DataError, match=law):
        resspec.train_generator(generator, critic, data="digits", path=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_damaged_state_is_named_and_a_generator_is_no_classifier(tmp_path: Path):
    path = tmp_path / "run"
    with pytest.raises(resspec.DataError, match="tells no classes apart"):
        resspec.train(GENERATOR, data="digits", path=path)
    small(4, path)
    (path / "result.json").unlink()
    (path / "state.pt").write_bytes(b"PK damaged")
    with pytest.raises(resspec.WeightsError, match=r"state\.pt cannot be read"):
        small(4, path)


def test_a_setting_that_does_not_exist_is_named_with_the_nearest_and_ends_with_2(tmp_path: Path):
    words = ("train-generator", GENERATOR, "--critic", CRITIC, "--data", "digits", "--path", str(tmp_path / "run"))
    done = run(*words, "duel.stps=4")
    assert done.returncode == 2
    assert "unknown key 'stps'" in done.stderr
    assert "did you mean 'steps'?" in done.stderr
    assert not (tmp_path / "run").exists()


def test_samples_are_drawn_into_a_picture_and_other_networks_are_refused(tmp_path: Path):
    image = pytest.importorskip("PIL.Image")
    path = small(2, tmp_path / "a")
    resspec.sample(path / "generator.safetensors", tmp_path / "grid.png", count=10, seed=1)
    grid = image.open(io.BytesIO((tmp_path / "grid.png").read_bytes()))
    assert grid.size == (4 * 50, 3 * 50)
    words = ("sample", str(path / "generator.safetensors"), "-o", str(tmp_path / "again.png"), "--threads", "1")
    assert run(*words, "-n", "10", "--seed", "1").returncode == 0
    assert (tmp_path / "grid.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    other = run("sample", str(path / "critic.safetensors"), "-o", str(tmp_path / "no.png"))
    assert other.returncode == 2
    assert "not latent vectors" in other.stderr
    assert not (tmp_path / "no.png").exists()


def pictures(folder: Path) -> Path:
    """Twelve pictures of several sizes in a folder's train/, one of them damaged."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pictures are not read")
    (folder / "train").mkdir(parents=True)
    random = np.random.RandomState(0)
    for number in range(11):
        pixels = random.randint(0, 256, tuple(random.randint(10, 30, 2))).astype(np.uint8)
        image.fromarray(pixels).save(folder / "train" / f"{number:02}.png")
    (folder / "train" / "11.png").write_bytes(b"damaged")
    return folder


def test_a_generator_learns_from_pictures_in_a_folder_and_tells_which_it_left_out(tmp_path: Path):
    folder = pictures(tmp_path / "pictures")
    generator = resspec.load(GENERATOR, *(f"{name}={value}" for name, value in SMALL.items()))
    critic = resspec.load(CRITIC, "stages.1.width=8", "stages.2.width=8", "stages.3.width=8")
    duel = {"steps": 3, "batch": 8}
    with pytest.raises(resspec.DataError, match=r"11\.png cannot be decoded"):
        resspec.train_generator(generator, critic, data=f"images:{folder}", duel=duel, path=tmp_path / "strict")
    assert not (tmp_path / "strict").exists()
    data = {"kind": "images", "folder": str(folder), "damaged": "skip"}
    _, result = resspec.train_generator(generator, critic, data=data, duel=duel, path=tmp_path / "run", threads=1)
    assert result["steps"] == 3
    assert len(result["left_out"]) == 1
    assert "11.png" in result["left_out"][0]
    assert resspec.build(tmp_path / "run" / "generator.safetensors")(torch.randn(2, 64, 1, 1)).shape == (2, 1, 8, 8)


def test_pictures_are_gathered_by_their_middle_and_too_many_are_refused(tmp_path: Path, monkeypatch):
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "train").mkdir()
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:, 8:24] = (10, 20, 30)
    image.fromarray(pixels).save(tmp_path / "train" / "a.png")
    samples = DataSource.read({"kind": "images", "folder": str(tmp_path), "validation": 0}).load("train")
    assert isinstance(samples, Samples)
    images, faults = gathered(samples, (3, 8, 8))
    assert (images.shape, len(images), faults) == ((3, 8, 8), 1, ())
    assert np.abs(images.x[0, :, :, 1:-1].astype(int) - np.array([10, 20, 30])[:, None, None]).max() <= 1
    monkeypatch.setattr("resspec.training.data.gathering.MOST", 100)
    with pytest.raises(resspec.DataError, match="1 images of 3x8x8 take 192 bytes, more than 100"):
        gathered(samples, (3, 8, 8))
