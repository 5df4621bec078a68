"""A guard against convolutions that torch's CPU library gets wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

CHANNELS_HELD = {"AVX2": 8, "AVX512": 16}
"""Channels that oneDNN's kernels take at once, by what torch says of the CPU; other CPUs have other kernels."""


@contextmanager
def guarded(model: nn.Module, device: torch.device) -> Iterator[None]:
    """Train without oneDNN, until the end of the block, where it would write outside its memory: in the weight gradient
    of a strided 1x1 convolution of fewer channels than its kernels take at once, on maps whose channels lie last.

    Gradients are wrong then, or the process crashes (oneDNN issue 6035; seen in torch 2.13.0 and 2.14.1)."""
    onednn: Any = torch.backends.mkldnn
    before = onednn.enabled
    held = CHANNELS_HELD.get(torch.backends.cpu.get_cpu_capability(), 0) if device.type == "cpu" else 0
    try:
        if any(_overruns(module, held) for module in model.modules()):
            onednn.enabled = False
        yield
    finally:
        onednn.enabled = before


def _overruns(module: nn.Module, held: int) -> bool:
    return (
        isinstance(module, nn.Conv2d)
        and max(module.kernel_size) == 1
        and max(module.stride) > 1
        and module.in_channels // module.groups < held
    )
