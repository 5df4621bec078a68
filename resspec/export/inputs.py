"""Batches of random inputs for a network: all that it is given, in order."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from resspec.ir import Argument


def inputs(
    signature: Sequence[Argument],
    images: int,
    seed: int = 0,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> tuple[Tensor, ...]:
    """For each argument a batch: real numbers from N(0, 1), of shape (N, …) and the type asked for; whole numbers
    (int64, of shape (N,)) from all that are allowed."""
    random = torch.Generator().manual_seed(seed)
    found = []
    for argument in signature:
        if argument.below:
            found.append(torch.randint(argument.below, (images, *argument.shape), generator=random).to(device))
        else:
            found.append(torch.randn(images, *argument.shape, generator=random).to(device, dtype))
    return tuple(found)
