"""The Zen-score: how far an untrained network carries a small change of its input."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from resspec.compile import FEATURES
from resspec.training.proxies.proxy import Proxy
from resspec.training.untrained import Untrained


class Zen(Proxy):
    """ln of the mean |f(x) - f(x + a e)| over the last feature map, plus ln of what every batch norm divided by, for
    Gaussian weights, x and e and the network without its shortcuts (Lin et al., ICCV 2021, arXiv:2102.01063)."""

    kind: ClassVar[str] = "zen"

    alpha: Annotated[float, Field(gt=0)] = 0.01
    """Size of the change."""

    def score(self, subject: Untrained) -> float:
        """Two forward passes in train mode."""
        model = subject.features_without_shortcuts().train()
        gaussian(model, subject.generator())
        x, change = subject.noise(0), subject.noise(1)
        scales: list[float] = []

        def measure(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            scales.append(math.log(float(inputs[0].var((0, 2, 3), unbiased=False).mean().sqrt()) + 1e-12))

        with torch.no_grad():
            changed = model(x + self.alpha * change)[FEATURES]
            for module in model.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.register_forward_pre_hook(measure)
            distance = (model(x)[FEATURES] - changed).abs().flatten(1).sum(1).mean()
        return math.log(float(distance)) + sum(scales)


def gaussian(model: nn.Module, generator: torch.Generator) -> None:
    """Standard normal weights, no shifts, scales of 1."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(generator=generator)
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d) and module.affine:
                module.weight.fill_(1.0)
                module.bias.zero_()
