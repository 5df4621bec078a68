"""A larger image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from resspec.errors import DataError
from resspec.training.augmentation import Draws, flipped
from resspec.training.data.source import Truth
from resspec.training.ranks import Ranks
from resspec.training.recipe import Recipe
from resspec.training.score import Score, Tally
from resspec.training.tasks.likeness import WHITE, luma, psnr, ssim
from resspec.training.tasks.task import Task

SSIM_MISSING = "SSIM needs scikit-image: pip install 'resspec[photographs]'"


@dataclass(frozen=True, slots=True)
class Likeness(Score):
    """How near images in bytes are to the truth, as super-resolution is judged: a border of `scale` pixels left out,
    each figure of an image apart and then the mean over images. `loss` is the mean absolute difference over all
    channels and the whole image, before rounding, white being 1."""

    leading: ClassVar[str] = "psnr"
    title: ClassVar[str] = "PSNR"
    unit: ClassVar[str] = " dB"
    in_nats: ClassVar[bool] = False
    columns: ClassVar[tuple[str, ...]] = ("psnr", "psnr_rgb", "ssim")

    psnr: float
    """-10 log10 of the mean square error of the luma (ITU-R BT.601, 16 to 235), in dB; 255 is the peak."""
    psnr_rgb: float
    """The same over all channels."""
    ssim: float | None
    """Structural similarity of the luma, Gaussian window of 11 pixels; None without scikit-image."""
    count: int
    loss: float
    bicubic: Likeness | None = None
    """The same figures of bicubic interpolation, where it was judged beside a network."""

    @property
    def score(self) -> float:
        """The peak signal-to-noise ratio of the luma in dB."""
        return self.psnr

    def measures(self) -> dict[str, float]:
        """PSNR of luma and of all channels, and SSIM where it is known."""
        known = {} if self.ssim is None else {"ssim": self.ssim}
        return {"psnr": self.psnr, "psnr_rgb": self.psnr_rgb} | known

    def beside(self, other: Score) -> Likeness:
        """With the figures of bicubic interpolation."""
        assert isinstance(other, Likeness)
        return replace(self, bicubic=other)

    def told(self) -> str:
        """A line of figures, one of bicubic interpolation's where that was judged, and what separates them."""
        if self.bicubic is None:
            return self._line()
        gain = (
            f"{self.psnr - self.bicubic.psnr:+.2f} dB of luma, {self.psnr_rgb - self.bicubic.psnr_rgb:+.2f} dB of RGB"
        )
        return f"network  {self._line()}\nbicubic  {self.bicubic._line()}\nthe network above bicubic: {gain}"  # noqa: SLF001  # of its own kind

    def _line(self) -> str:
        likeness = SSIM_MISSING if self.ssim is None else f"SSIM {self.ssim:.4f}"
        return f"PSNR {self.psnr:.2f} dB  of RGB {self.psnr_rgb:.2f} dB  {likeness}  loss {self.loss:.4f}"

    def to_dict(self) -> dict[str, object]:
        """Plain data: count, PSNR of luma and of RGB in dB, SSIM, mean absolute difference, bicubic's figures."""
        own = {"count": self.count, "psnr": self.psnr, "psnr_rgb": self.psnr_rgb, "ssim": self.ssim, "loss": self.loss}
        return own | ({"bicubic": self.bicubic.to_dict()} if self.bicubic else {})


class SuperResolution(Task):
    """An image `scale` times larger: the truth is [count, C, s H, s W] in bytes, the answer such an image in the units
    that the network reads its input in, by `mean` and `std`."""

    kind: ClassVar[str] = "super-resolution"
    truth: ClassVar[Truth] = "images"
    score: ClassVar[type[Score]] = Likeness
    whole: ClassVar[bool] = True
    foreign: ClassVar[Sequence[str]] = ("loss", "mixup", "cutmix", "cutout", "shift", "label_smoothing")

    def __init__(self, scale: int, mean: Sequence[float], std: Sequence[float]) -> None:
        self.scale = scale
        self.mean, self.std = (torch.tensor(values)[:, None, None] for values in (mean, std))

    def shown(self, answer: Any) -> Tensor:
        """The answer in units of white."""
        image = answer_of(answer).float()
        return image * self.std.to(image.device) + self.mean.to(image.device)

    def moved(self, y: Tensor, recipe: Recipe, draws: Draws, size: tuple[int, int]) -> Tensor:
        """Large images are mirrored as the small ones are."""
        return flipped(y, draws.mirrored) if draws.mirrored is not None else y

    def loss(self, answer: Any, y: Tensor, kept: float, recipe: Recipe) -> Tensor:
        """Mean absolute difference (arXiv:1707.02921), white being 1."""
        return (self.shown(answer) - y.float() / WHITE).abs().mean()

    def tally(self, device: torch.device, confusion: int = 0) -> Tally:
        """PSNR and SSIM of images in bytes, as they would be written to a file."""
        return Differences(self, device)

    def unlearned(self, model: nn.Module) -> nn.Module:
        """Bicubic interpolation, which reads what the network reads."""
        return Bicubic(self.scale, model)


def answer_of(answer: Any) -> Tensor:
    """The image that counts where a network gives outputs by name."""
    found: Tensor = answer["output"] if isinstance(answer, dict) else answer
    return found


class Bicubic(nn.Module):
    """Bicubic interpolation as Pillow and MATLAB have it: the kernel with a = -0.5 (torch's other one has -0.75)."""

    def __init__(self, scale: int, like: nn.Module) -> None:
        super().__init__()
        self.scale = scale
        self.input_size, self.mean, self.std = (getattr(like, name) for name in ("input_size", "mean", "std"))
        first = next(like.parameters(), None)
        self.register_buffer("place", torch.zeros(0, device=first.device if first is not None else None))

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> [B, C, s H, s W], in the same units."""
        return functional.interpolate(x.float(), scale_factor=float(self.scale), mode="bicubic", antialias=True)


class Differences(Tally):
    """Sums over images of PSNR, SSIM, absolute difference and count."""

    def __init__(self, task: SuperResolution, device: torch.device) -> None:
        self._task = task
        self._sums = torch.zeros(5, dtype=torch.float64, device=device)

    def add(self, answer: Any, y: Tensor) -> None:
        """Count a batch of answers and of large images."""
        exact, truth = self._task.shown(answer), y.float()
        if exact.shape != truth.shape:
            got, due = (tuple(images.shape[1:]) for images in (exact, truth))
            raise DataError.of("RS654", f"the network makes images of {got}, the truth has {due}")
        differences = (exact - truth / WHITE).abs().flatten(1).mean(1)
        border = self._task.scale
        made, wanted = (
            images[..., border:-border, border:-border] for images in ((exact.clamp(0, 1) * WHITE).round(), truth)
        )
        lumas = luma(made), luma(wanted)
        figures = psnr(*lumas), psnr(made, wanted), ssim(*lumas), differences, torch.ones_like(differences)
        self._sums += torch.stack([figure.double().sum() for figure in figures])

    def told(self, ranks: Ranks) -> Likeness:
        """The figures over all processes."""
        *sums, count = ranks.summed(self._sums).tolist()
        if not count:
            raise DataError.of("RS653", "none of the photographs could be read")
        ratio, ratio_rgb, likeness, difference = (figure / count for figure in sums)
        known = likeness if likeness == likeness else None  # noqa: PLR0124  # NaN where nobody could tell
        return Likeness(ratio, ratio_rgb, known, int(count), difference)
