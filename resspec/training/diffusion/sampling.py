"""Images out of noise (arXiv:2006.11239, algorithm 2)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from resspec.training.diffusion.noise import shares

BATCH = 64


@dataclass(frozen=True)
class Walk:
    """The way back from noise: a denoiser in eval mode, the time steps that it knows, how its images became noise."""

    network: nn.Module
    shape: tuple[int, int, int]
    times: int
    schedule: str

    def images(self, count: int, seed: int) -> Tensor:
        """Images [count, C, H, W] from 0 to 1, in as many passes as there are time steps."""
        random = torch.Generator().manual_seed(seed)
        sizes = [min(BATCH, count - start) for start in range(0, count, BATCH)]
        made = torch.cat([self.batch(size, random) for size in sizes])
        mean, std = self.statistics()
        return (made * std + mean).clamp(0, 1)

    def statistics(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation of the channels that the network reads."""
        channels = self.shape[0]
        mean = getattr(self.network, "mean", None) or (0.0,) * channels
        std = getattr(self.network, "std", None) or (1.0,) * channels
        return torch.tensor(mean)[:, None, None], torch.tensor(std)[:, None, None]

    @torch.no_grad()
    def batch(self, size: int, random: torch.Generator) -> Tensor:
        """Normalised images, made of noise step by step."""
        left = shares(self.schedule, self.times).tolist()
        x = torch.randn((size, *self.shape), generator=random)
        for time in reversed(range(self.times)):
            mean, spread = self.before(x, time, left[time], left[time - 1] if time else 1.0)
            x = mean + spread * torch.randn(x.shape, generator=random) if time else mean
        return x

    def before(self, x: Tensor, time: int, now: float, then: float) -> tuple[Tensor, float]:
        """The mean of the images one step earlier, given what the network says of their noise, and the deviation;
        shares of variance `now` and `then` are the image's."""
        like = next(self.network.parameters())
        noise = self.network(x.to(like), torch.full((len(x),), time, device=like.device)).float().cpu()
        mean, std = self.statistics()
        image = (x - (1 - now) ** 0.5 * noise) / now**0.5
        image = torch.maximum(torch.minimum(image, (1 - mean) / std), -mean / std)
        kept = now / then
        centre = (then**0.5 * (1 - kept) * image + kept**0.5 * (1 - then) * x) / (1 - now)
        return centre, ((1 - kept) * (1 - then) / (1 - now)) ** 0.5
