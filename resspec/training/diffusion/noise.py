"""How images become noise in steps, and how long a denoiser trains (arXiv:2006.11239)."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from resspec.record import Record


class Noising(Record):
    """How a denoiser trains: Adam, the mean square of what it mistakes the noise by, a running mean of its weights."""

    steps: Annotated[int, Field(ge=1)] = 3000
    """Steps of training."""
    batch: Annotated[int, Field(ge=1)] = 64
    """Images of a step."""
    lr: Annotated[float, Field(gt=0)] = 1e-3
    """Rate, in the end 0: it falls linearly."""
    schedule: Literal["linear", "cosine"] = "cosine"
    """How fast images become noise: variances that rise linearly, from 1e-4 to 0.02 over 1000 steps, or a share of the
    image that falls as a squared cosine (arXiv:2102.09672)."""
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.995
    """Decay of the running mean of the weights, which is kept as the network's."""


def shares(schedule: str, steps: int) -> Tensor:
    """For each time step the share of variance that is left of the image, from near 1 to near 0: float64 (T,)."""
    if schedule == "linear":
        scale = 1000 / steps
        betas = torch.linspace(1e-4 * scale, 0.02 * scale, steps, dtype=torch.float64).clamp(max=0.999)
        return (1 - betas).cumprod(0)
    places = torch.arange(steps + 1, dtype=torch.float64) / steps
    curve = torch.cos((places + 0.008) / 1.008 * math.pi / 2) ** 2
    betas = (1 - curve[1:] / curve[:-1]).clamp(max=0.999)
    return (1 - betas).cumprod(0)


def noised(images: Tensor, noise: Tensor, left: Tensor) -> Tensor:
    """Images [B, C, H, W] of which shares [B] of the variance are left, the rest being noise."""
    part = left[:, None, None, None]
    return part.sqrt() * images + (1 - part).sqrt() * noise
