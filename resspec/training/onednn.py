"""A guard against convolutions that torch's CPU library gets wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

ROW = 8
"""Channels that AVX2 holds at once."""


@contextmanager
def guarded(model: nn.Module, device: torch.device) -> Iterator[None]:
    """Train without oneDNN, until the end of the block, where it would write outside its memory: in the weight gradient
    of a strided 1x1 convolution of 2, 4 or 6 channels, on CPUs with AVX2 and no AVX-512 (seen in torch 2.13.0 and
    2.14.1)."""
    before = torch.backends.mkldnn.enabled
    harmed = device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX2"
    try:
        if harmed and any(map(_harmful, model.modules())):
            torch.backends.mkldnn.enabled = False
        yield
    finally:
        torch.backends.mkldnn.enabled = before


def _harmful(module: nn.Module) -> bool:
    return (
        isinstance(module, nn.Conv2d)
        and max(module.kernel_size) == 1
        and max(module.stride) > 1
        and module.in_channels // module.groups < ROW
    )
