"""Denoisers: what is learnt, gone on with, refused and drawn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import resspec
from command import run
from resspec.training.checkpoint import read_notes, read_weights
from resspec.training.diffusion.learning import Denoiser
from resspec.training.diffusion.noise import noised, shares
from resspec.training.diffusion.sampling import Walk

SPEC = "ddpm_digits"
FEW = ("condition={steps: 5, width: 8}", "stem.width=8", "stages.1.width=8", "stages.2.width=8")


def short(steps: int, path: Path) -> Path:
    """A short training: its folder."""
    resspec.train_denoiser(
        resspec.load(SPEC, *FEW), data="digits", noise={"steps": steps, "batch": 8}, path=path, threads=1
    )
    return path


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
@pytest.mark.parametrize("steps", [100, 1000])
def test_images_become_noise_and_keep_their_variance(schedule: str, steps: int):
    left = shares(schedule, steps)
    assert left[0] > 0.98
    assert left[-1] < 1e-3
    assert (left.diff() < 0).all()
    images = torch.randn(1000, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(1000, 1, 4, 4, generator=torch.Generator().manual_seed(1))
    mixed = noised(images, noise, left[torch.arange(1000) % steps].float())
    assert mixed.var() == pytest.approx(1, abs=0.05)


class Knowing(torch.nn.Module):
    """A network that knows the one image there is, and so the noise."""

    def __init__(self, image: torch.Tensor, left: torch.Tensor) -> None:
        super().__init__()
        self.image, self.left = torch.nn.Parameter(image), left

    def forward(self, x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        part = self.left[time].float()[:, None, None, None]
        return (x - part.sqrt() * self.image) / (1 - part).sqrt()


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_a_network_that_knows_the_noise_leads_back_to_the_image(schedule: str):
    image = torch.rand(1, 8, 8, generator=torch.Generator().manual_seed(0))
    made = Walk(Knowing(image, shares(schedule, 50)).eval(), (1, 8, 8), 50, schedule).images(3, seed=0)
    assert (made - image).abs().max() < 1e-4


def test_the_same_seed_gives_the_same_denoiser_and_a_finished_folder_is_read_again(tmp_path: Path):
    first, second = short(4, tmp_path / "a"), short(4, tmp_path / "b")
    weights = [read_weights(path / "generator.safetensors") for path in (first, second)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    fresh = resspec.build(resspec.load(SPEC, *FEW), seed=0).state_dict()
    assert any(not torch.equal(fresh[name], weights[0][name]) for name in fresh)
    before = (first / "generator.safetensors").read_bytes()
    short(4, first)
    assert (first / "generator.safetensors").read_bytes() == before
    assert json.loads((first / "result.json").read_text())["steps"] == 4
    assert read_notes(first / "generator.safetensors")["schedule"] == "cosine"


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = short(6, tmp_path / "whole")
    monkeypatch.setattr("resspec.training.course.EVERY", 2)
    step = Denoiser.step

    def interrupted(self: Denoiser) -> float:
        if self.taken == 4:
            raise KeyboardInterrupt
        return step(self)

    with monkeypatch.context() as once:
        once.setattr(Denoiser, "step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            short(6, tmp_path / "parts")
    assert (tmp_path / "parts" / "state.pt").exists()
    parts = short(6, tmp_path / "parts")
    one, other = (read_weights(path / "generator.safetensors") for path in (whole, parts))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_loss_falls(tmp_path: Path):
    losses: list[float] = []
    step = Denoiser.step

    def noted(self: Denoiser) -> float:
        losses.append(step(self))
        return losses[-1]

    with pytest.MonkeyPatch.context() as watched:
        watched.setattr(Denoiser, "step", noted)
        short(60, tmp_path / "a")
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


@pytest.mark.parametrize(
    ("spec", "override", "law"),
    [
        (SPEC, "heads.channels=3", "the denoiser makes images of 3x8x8, the data has 1x8x8"),
        (SPEC, "input=[1,16,16]", "the denoiser reads images of 1x16x16, the data has 1x8x8"),
        (SPEC, "condition.classes=10", "this network reads x and time and label"),
        ("unet_digits", "heads.classes=11", "a denoiser is told a time step beside its image, this network reads x"),
    ],
)
def test_networks_that_do_not_fit_are_refused_before_anything_is_written(
    spec: str, override: str, law: str, tmp_path: Path
):
    with pytest.raises(resspec.DataError, match=law):
        resspec.train_denoiser(resspec.load(spec, override), data="digits", path=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_denoiser_is_no_classifier_and_a_generator_of_classes_has_no_critic_here(tmp_path: Path):
    with pytest.raises(resspec.DataError, match="train-denoiser"):
        resspec.train(SPEC, data="digits", path=tmp_path / "run")
    told = resspec.load("digits_generator", "condition=label", "norm=conditional")
    with pytest.raises(resspec.DataError, match="here the one 10 classes and the other no label"):
        resspec.train_generator(told, "digits_critic", data="digits", path=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_setting_that_does_not_exist_is_named_with_the_nearest_and_ends_with_2(tmp_path: Path):
    done = run("train-denoiser", SPEC, "--data", "digits", "--path", str(tmp_path / "run"), "noise.shedule=linear")
    assert done.returncode == 2
    assert "did you mean 'schedule'?" in done.stderr
    assert not (tmp_path / "run").exists()


def test_samples_of_a_denoiser_are_drawn_into_a_picture(tmp_path: Path):
    pytest.importorskip("PIL.Image")
    path = short(2, tmp_path / "a")
    for name in ("grid", "again"):
        resspec.sample(path / "generator.safetensors", tmp_path / f"{name}.png", count=3, seed=1)
    assert (tmp_path / "grid.png").read_bytes() == (tmp_path / "again.png").read_bytes()
