"""Random changes of a batch of images, all at once; no Python runs per image."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn import functional


def shifted(images: Tensor, pixels: int, generator: Generator) -> Tensor:
    """Each image [B, C, H, W] moved by up to `pixels` along both axes; 0 (black) moves in."""
    batch, _, height, width = images.shape
    padded = functional.pad(images, (pixels,) * 4).permute(0, 2, 3, 1)
    offsets = torch.randint(0, 2 * pixels + 1, (2, batch, 1), generator=generator, device=images.device)
    rows = (offsets[0] + torch.arange(height, device=images.device))[:, :, None]
    columns = (offsets[1] + torch.arange(width, device=images.device))[:, None, :]
    index = torch.arange(batch, device=images.device)[:, None, None]
    return padded[index, rows, columns].permute(0, 3, 1, 2)


def flipped(images: Tensor, generator: Generator) -> Tensor:
    """Each image mirrored left to right with probability 1/2."""
    mirrored = torch.rand(len(images), generator=generator, device=images.device) < 0.5
    return torch.where(mirrored[:, None, None, None], images.flip(-1), images)
