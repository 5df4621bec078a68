"""Generators and critics that are told a class: what is learnt, refused and drawn."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer

import resspec
from command import run
from resspec.cli.generators import numbers
from resspec.training.adversarial.samples import samples
from resspec.training.checkpoint import read_weights
from resspec.training.data import DataSource, Images

GENERATOR, CRITIC = "labelled_digits_generator", "labelled_digits_critic"


def pair(*condition: str) -> tuple[resspec.NetSpec, resspec.NetSpec]:
    """A small generator and critic."""
    generator = resspec.load(GENERATOR, "stem.width=8", "stages.1.width=8", "stages.2.width=8", *condition)
    critic = resspec.load(CRITIC, "stages.1.width=8", "stages.2.width=8", "stages.3.width=8", *condition)
    return generator, critic


def trained(path: Path, data: Any = "digits", *condition: str, **duel: Any) -> Path:
    """A short training of a small pair: its folder."""
    settings = {"steps": 3, "batch": 8, **duel}
    resspec.train_generator(*pair(*condition), data=data, duel=settings, path=path, threads=1)
    return path


def test_the_same_seed_gives_the_same_generator_which_makes_another_image_for_another_class(tmp_path: Path):
    first, second = trained(tmp_path / "a"), trained(tmp_path / "b")
    weights = [read_weights(path / "generator.safetensors") for path in (first, second)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    model = resspec.build(first / "generator.safetensors").eval()
    z = torch.randn(1, 64, 1, 1).expand(10, -1, -1, -1)
    with torch.no_grad():
        made = model(z, torch.arange(10))
    assert made.shape == (10, 1, 8, 8)
    assert all((made[i] - made[j]).abs().max() > 0 for i in range(10) for j in range(i))


def grid(path: Path) -> Any:
    """The pixels of a grey picture."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pictures are not read")
    return np.asarray(image.open(io.BytesIO(path.read_bytes())))


class Stripes(DataSource):
    """Images of two classes: white and black."""

    kind = "white-or-black"

    def load(self, part: Any) -> Images:
        """All the same images."""
        y = np.arange(64) % 2
        x = np.broadcast_to((255 * y).astype(np.uint8)[:, None, None, None], (64, 1, 8, 8))
        return Images(np.ascontiguousarray(x), y, classes=2)


@pytest.fixture
def stripes():
    yield Stripes()
    DataSource._kinds.pop("white-or-black", None)


@pytest.mark.usefixtures("stripes")
def test_each_class_learns_what_its_own_images_show(tmp_path: Path, stripes: Stripes):
    duel = {"steps": 200, "batch": 16, "lr": 2e-3, "critic_lr": 4e-3, "ema": 0.9}
    path = trained(tmp_path / "a", stripes, "condition.classes=2", **duel)
    model = resspec.build(path / "generator.safetensors").eval()
    made = samples(model, 64, 16, 0, rows=[0, 1])
    black, white = made[:16].mean().item(), made[16:].mean().item()
    assert black < 0.2
    assert white > 0.8


def test_a_hierarchy_of_latents_and_weights_that_keep_one_vector_learn_too(tmp_path: Path):
    norms = [{"norm": {"kind": "modulated", "spectral": "left", "chunk": chunk}} for chunk in (1, 2)]
    generator = resspec.load(
        pair()[0],
        input=[24, 1, 1],
        condition={"kind": "latent-label", "classes": 10, "width": 8, "chunks": 3},
        stem={"kind": "latent", "width": 8, "size": 2, "spectral": "left", "chunk": 0},
        norm="uncounted",
        stages={1: norms[0], 2: norms[1]},
    )
    critic = resspec.load(pair()[1], "conv.keep=left", "head.spectral=left")
    fresh = resspec.build(generator, seed=0).state_dict()
    duel = {"steps": 2, "batch": 8}
    resspec.train_generator(generator, critic, data="digits", duel=duel, path=tmp_path / "a", threads=1)
    weights = read_weights(tmp_path / "a" / "generator.safetensors")
    still = {name for name in fresh if torch.equal(fresh[name], weights[name])}
    assert still <= {name for name in fresh if name.endswith((".u0", ".sv0"))}
    assert grid(tmp_path / "a" / "samples.png").shape == (10 * 50, 8 * 50)


@pytest.mark.parametrize(
    ("generator", "critic", "data", "law"),
    [
        (GENERATOR, "digits_critic", "digits", "here the one 10 classes and the other no label"),
        ("digits_generator", CRITIC, "digits", "here the one no label and the other 10 classes"),
        ("condition.classes=4", "condition.classes=4", "digits", "told 4 classes, the data set has 10"),
        (GENERATOR, "condition.classes=4", "digits", "here the one 10 classes and the other 4 classes"),
        (GENERATOR, CRITIC, "digit-scenes", "tells masks of its images, the network learns labels"),
    ],
)
def test_labels_that_do_not_fit_are_refused_before_anything_is_written(
    generator: str, critic: str, data: str, law: str, tmp_path: Path
):
    networks = [
        resspec.load(usual, text) if "=" in text else resspec.load(text)
        for usual, text in ((GENERATOR, generator), (CRITIC, critic))
    ]
    with pytest.raises(resspec.DataError, match=law):
        resspec.train_generator(*networks, data=data, path=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_generator_that_is_told_a_time_is_refused(tmp_path: Path):
    generator = resspec.load(GENERATOR, "condition={kind: time}", "norm=batch")
    with pytest.raises(resspec.DataError, match="told a label here or nothing, this network a time"):
        resspec.train_generator(generator, CRITIC, data="digits", path=tmp_path / "run")


def test_a_grid_has_a_row_for_each_class_and_a_vector_for_each_column(tmp_path: Path):
    path = trained(tmp_path / "a")
    weights = path / "generator.safetensors"
    assert grid(path / "samples.png").shape == (10 * 50, 8 * 50)
    resspec.sample(weights, tmp_path / "all.png", seed=3)
    resspec.sample(weights, tmp_path / "some.png", seed=3, labels=[7, 2])
    whole, some = grid(tmp_path / "all.png"), grid(tmp_path / "some.png")
    assert (whole.shape, some.shape) == ((500, 400), (100, 400))
    assert np.array_equal(some[:50], whole[350:400])
    assert np.array_equal(some[50:], whole[100:150])
    done = run("sample", str(weights), "--labels", "3, 4,5", "-n", "2", "-o", str(tmp_path / "c.png"))
    assert done.returncode == 0, done.stderr
    assert grid(tmp_path / "c.png").shape == (150, 100)


@pytest.mark.parametrize(
    ("labels", "law"), [([3, 10], "there is no class 10: the network knows 0 to 9"), ([], "no label is chosen")]
)
def test_classes_that_are_not_known_are_refused(labels: list[int], law: str, tmp_path: Path):
    path = trained(tmp_path / "a")
    with pytest.raises(resspec.DataError, match=law):
        resspec.sample(path / "generator.safetensors", tmp_path / "no.png", labels=labels)
    with pytest.raises(resspec.DataError, match="10 classes with 4096 images each are more than"):
        resspec.sample(path / "generator.safetensors", tmp_path / "no.png", count=4096)
    assert not (tmp_path / "no.png").exists()


def test_labels_for_a_generator_that_is_told_none_end_with_2(tmp_path: Path):
    generator = resspec.load("digits_generator", "stem.width=8", "stages.1.width=8", "stages.2.width=8")
    critic = resspec.load("digits_critic", "stages.1.width=8", "stages.2.width=8", "stages.3.width=8")
    resspec.train_generator(generator, critic, data="digits", duel={"steps": 1, "batch": 4}, path=tmp_path / "a")
    weights = tmp_path / "a" / "generator.safetensors"
    with pytest.raises(resspec.DataError, match="the network is told none"):
        resspec.sample(weights, tmp_path / "no.png", labels=[1, 2])
    done = run("sample", str(weights), "--labels", "1,2,a", "-o", str(tmp_path / "no.png"))
    assert done.returncode == 2
    assert "no list of classes" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    for text in ("", "1,,2", "9" * 5000, "-1"):
        with pytest.raises(typer.BadParameter):
            numbers(text)


def test_pictures_in_folders_of_classes_are_learnt_with_their_labels(tmp_path: Path):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pictures are not read")
    random = np.random.RandomState(0)
    for label in ("dark", "light"):
        folder = tmp_path / "pictures" / "train" / label
        folder.mkdir(parents=True)
        for number in range(4):
            pixels = random.randint(0, 256, (12, 10)).astype(np.uint8)
            image.fromarray(pixels).save(folder / f"{number}.png")
    path = trained(tmp_path / "run", f"imagefolder:{tmp_path / 'pictures'}", "condition.classes=2", batch=4)
    assert json.loads((path / "result.json").read_text())["steps"] == 3
    assert grid(path / "samples.png").shape == (2 * 50, 8 * 50)
