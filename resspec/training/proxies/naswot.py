"""NASWOT: how differently an untrained network's rectifiers answer to different images."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from resspec.training.proxies.proxy import Proxy
from resspec.training.untrained import Untrained


class Naswot(Proxy):
    """ln |det K|, where K[i, j] counts the units whose inputs have the same sign for images i and j, over all
    activations (Mellor et al., ICML 2021, arXiv:2006.04647)."""

    kind: ClassVar[str] = "naswot"

    def score(self, subject: Untrained) -> float:
        """One forward pass in train mode."""
        model, x = subject.network().train(), subject.images()
        kernel = torch.zeros(len(x), len(x), dtype=torch.float64)

        def count(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            code = (inputs[0] > 0).flatten(1).to(torch.float32)
            # each product counts exactly: a sum of fewer than 2^24 ones
            kernel.add_((code @ code.T + (1 - code) @ (1 - code).T).to(kernel))

        for module in subject.activations(model):
            module.register_forward_pre_hook(count)
        with torch.no_grad():
            model(x)
        return float(torch.linalg.slogdet(kernel).logabsdet)
