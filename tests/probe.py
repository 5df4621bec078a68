"""The rule of the golden probes: tensors follow from position, name ending and shape, the image from its size."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

MASK = 0xFFFFFFFF
VARIANCES = ("running_var", "stored_var")
MEANS = ("running_mean", "stored_mean")
GAINS = ("weight", "gain")


def noise(count: int, seed: int) -> NDArray[np.float64]:
    """`count` values of [-1, 1), in steps of 2^-15: a 32-bit hash of (position, seed), the same on every machine."""
    h = np.arange(1, count + 1, dtype=np.uint32)  # what leaves 32 bits is dropped
    h *= np.uint32(2654435761)
    h += np.uint32(seed * 40503 & MASK)
    for shift, factor in ((15, 2246822519), (13, 3266489917)):
        h ^= h >> np.uint32(shift)
        h *= np.uint32(factor)
    h ^= h >> np.uint32(16)
    return (h & np.uint32(0xFFFF)).astype(np.float64) / 32768.0 - 1.0


def values(index: int, key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """The tensor at `index` (from 0) of a state_dict, as float32; kernels keep the variance of what passes through."""
    if key.endswith("num_batches_tracked"):
        return torch.tensor(0)
    unit = noise(math.prod(shape), index + 1).reshape(shape)
    if key.endswith(VARIANCES):
        filled = 1.0 + 0.25 * unit
    elif key.endswith(MEANS):
        filled = 0.1 * unit
    elif len(shape) >= 2:
        filled = unit * np.sqrt(3.0 / math.prod(shape[1:]))
    elif key.endswith(GAINS):
        filled = 0.5 + 0.125 * unit
    else:
        filled = 0.1 * unit
    return torch.from_numpy(np.asarray(filled)).float()


def fill(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """A state_dict by the rule, from a peer's keys and shapes in the peer's order."""
    return {key: values(index, key, tuple(shape)) for index, (key, shape) in enumerate(shapes.items())}


def image(channels: int, height: int, width: int) -> torch.Tensor:
    """The probes' image, of shape (1, channels, height, width), float32."""
    return torch.from_numpy(noise(channels * height * width, 0).reshape(1, channels, height, width)).float()
