"""The guard against what oneDNN gets wrong."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from resspec.training.onednn import CHANNELS_HELD, guarded

CPU = torch.device("cpu")


def gradient(conv: nn.Conv2d, layout: torch.memory_format) -> torch.Tensor:
    """The gradient of the weights of a copy, on maps in this layout."""
    images = torch.randn(32, conv.in_channels, 8, 8, generator=torch.Generator().manual_seed(0))
    conv.zero_grad()
    conv.to(memory_format=layout)(images.to(memory_format=layout)).square().sum().backward()  # type: ignore[call-overload]
    assert conv.weight.grad is not None
    return conv.weight.grad.clone()


@pytest.mark.parametrize("channels", [1, 2, 4, 6, 8, 12, 16])
def test_a_strided_1x1_convolution_has_the_same_gradient_in_both_layouts(channels: int):
    conv = nn.Conv2d(channels, 8, 1, stride=2, bias=False)
    with guarded(conv, CPU):
        for _ in range(20):
            plain, last = gradient(conv, torch.contiguous_format), gradient(conv, torch.channels_last)
            torch.testing.assert_close(last, plain, rtol=1e-4, atol=1e-4)


def test_only_networks_with_such_a_convolution_do_without_onednn(monkeypatch: pytest.MonkeyPatch):
    onednn: Any = torch.backends.mkldnn
    for capability, held in CHANNELS_HELD.items():
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda capability=capability: capability)
        with guarded(nn.Conv2d(held - 1, 8, 1, stride=2), CPU):
            assert not onednn.enabled
        assert onednn.enabled
        for harmless in (nn.Conv2d(held, 8, 1, stride=2), nn.Conv2d(4, 8, 1), nn.Conv2d(4, 8, 3, stride=2)):
            with guarded(harmless, CPU):
                assert onednn.enabled
