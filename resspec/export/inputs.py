"""Batches of random inputs for a network: all that it is given, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    (int64, of shape (N,)) from all that are allowed; boxes (N, R, 4) between two points of an image each."""
    random = torch.Generator().manual_seed(seed)
    found = []
    for argument in signature:
        if argument.below:
            found.append(torch.randint(argument.below, (images, *argument.shape), generator=random).to(device))
        elif argument.within:
            points = torch.rand(images, argument.shape[0], 2, 2, generator=random) * torch.tensor(argument.within[::-1])
            found.append(torch.cat([points.amin(2), points.amax(2)], -1).to(device, dtype))
        else:
            found.append(torch.randn(images, *argument.shape, generator=random).to(device, dtype))
    return tuple(found)


def mapped(argument: Argument) -> bool:
    """Whether an input is maps of more than one place: an image; not a number, a latent vector or boxes."""
    return not argument.below and len(argument.shape) == 3 and argument.shape[1:] != (1, 1)


def widened(argument: Argument, more: int) -> Argument:
    """An input whose maps have so many rows and columns more; what has none stays as it is."""
    if not mapped(argument):
        return argument
    channels, *sides = argument.shape
    return replace(argument, shape=(channels, *(side + more for side in sides)))
