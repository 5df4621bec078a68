"""A larger image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from resspec.training.augmentation import Draws, flipped
from resspec.training.data.source import Truth
from resspec.training.ranks import Ranks
from resspec.training.recipe import Recipe
from resspec.training.score import Score, Tally
from resspec.training.tasks.task import Task

WHITE = 255
EXACT = 1e-10
"""Least mean square error that counts, in units of white², so that an exact image has 100 dB."""


@dataclass(frozen=True, slots=True)
class Likeness(Score):
    """How near images are to the truth; `loss` is the mean absolute difference, white being 1."""

    leading: ClassVar[str] = "psnr"
    title: ClassVar[str] = "PSNR"
    unit: ClassVar[str] = " dB"
    in_nats: ClassVar[bool] = False
    columns: ClassVar[tuple[str, ...]] = ("psnr",)

    psnr: float
    """-10 log10 of the mean square error of an image over all channels, white being 1; the mean over the images."""
    count: int
    loss: float

    @property
    def score(self) -> float:
        """The peak signal-to-noise ratio in dB."""
        return self.psnr

    def measures(self) -> dict[str, float]:
        """PSNR."""
        return {"psnr": self.psnr}

    def told(self) -> str:
        """PSNR and loss."""
        return f"PSNR {self.psnr:.2f} dB  mean absolute difference {self.loss:.4f}"

    def to_dict(self) -> dict[str, object]:
        """Plain data: count, PSNR in dB, mean absolute difference."""
        return {"count": self.count, "psnr": self.psnr, "loss": self.loss}


class SuperResolution(Task):
    """A larger image: the truth is [count, C, s H, s W] in bytes, the answer such an image in the units that the
    network reads its input in, by `mean` and `std`."""

    kind: ClassVar[str] = "super-resolution"
    truth: ClassVar[Truth] = "images"
    score: ClassVar[type[Score]] = Likeness
    foreign: ClassVar[Sequence[str]] = ("loss", "mixup", "cutmix", "cutout", "shift", "label_smoothing")

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        self.mean, self.std = (torch.tensor(values)[:, None, None] for values in (mean, std))

    def shown(self, answer: Tensor) -> Tensor:
        """The answer in units of white."""
        return answer * self.std.to(answer.device) + self.mean.to(answer.device)

    def moved(self, y: Tensor, recipe: Recipe, draws: Draws, size: tuple[int, int]) -> Tensor:  # noqa: ARG002
        """Large images are mirrored as the small ones are."""
        return flipped(y, draws.mirrored) if draws.mirrored is not None else y

    def loss(self, answer: Any, y: Tensor, kept: float, recipe: Recipe) -> Tensor:  # noqa: ARG002
        """Mean absolute difference (arXiv:1707.02921), white being 1."""
        return (self.shown(answer.float()) - y.float() / WHITE).abs().mean()

    def tally(self, device: torch.device, confusion: int = 0) -> Tally:  # noqa: ARG002
        """PSNR of images in bytes, as they would be written to a file."""
        return Differences(self, device)


class Differences(Tally):
    """Sums over images of PSNR, absolute difference and count."""

    def __init__(self, task: SuperResolution, device: torch.device) -> None:
        self._task = task
        self._sums = torch.zeros(3, dtype=torch.float64, device=device)

    def add(self, answer: Any, y: Tensor) -> None:
        """Count a batch of answers and of large images. Nothing waits for the device."""
        exact, truth = self._task.shown(answer.float()), y.float() / WHITE
        differences = (exact - truth).abs().flatten(1).mean(1)
        ratios = psnr((exact.clamp(0, 1) * WHITE).round() / WHITE, truth)
        self._sums += torch.stack([ratios.double().sum(), differences.double().sum(), differences.new_tensor(len(y))])

    def told(self, ranks: Ranks) -> Likeness:
        """The figures over all processes."""
        ratio, difference, count = ranks.summed(self._sums).tolist()
        return Likeness(ratio / count, int(count), difference / count)


def psnr(images: Tensor, truth: Tensor) -> Tensor:
    """Peak signal-to-noise ratio [B] in dB of images from 0 to 1."""
    return -10 * (images - truth).square().flatten(1).mean(1).clamp(min=EXACT).log10()
