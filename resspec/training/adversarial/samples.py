"""Images of latent vectors."""

from __future__ import annotations

import torch
from torch import Tensor, nn

BATCH = 64


def samples(generator: nn.Module, latent: int, count: int, seed: int) -> Tensor:
    """Images [count, C, H, W] from 0 to 1 that a generator makes of latent vectors from N(0, 1); it gives -1 to 1."""
    device = next(generator.parameters()).device
    random = torch.Generator().manual_seed(seed)
    vectors = torch.randn((count, latent, 1, 1), generator=random).to(device)
    with torch.no_grad():
        made = torch.cat([generator(part) for part in vectors.split(BATCH)])
    return (made.float() / 2 + 0.5).clamp(0, 1).cpu()
