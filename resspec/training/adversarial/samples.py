"""Images of latent vectors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

BATCH = 64


def samples(generator: nn.Module, latent: int, count: int, seed: int, rows: Sequence[int] = ()) -> Tensor:
    """Images [count, C, H, W] from 0 to 1 that a generator makes of latent vectors from N(0, 1); it gives -1 to 1. Of
    one that is told a class `count` images for each class of `rows`, row by row, all rows of the same vectors."""
    device = next(generator.parameters()).device
    random = torch.Generator().manual_seed(seed)
    vectors = torch.randn((count, latent, 1, 1), generator=random).to(device)
    given: list[Tensor] = [vectors]
    if rows:
        labels = torch.tensor(rows, device=device).repeat_interleave(count)
        given = [vectors.repeat(len(rows), 1, 1, 1), labels]
    with torch.no_grad():
        parts = zip(*(tensor.split(BATCH) for tensor in given), strict=True)
        made = torch.cat([generator(*part) for part in parts])
    return (made.float() / 2 + 0.5).clamp(0, 1).cpu()
