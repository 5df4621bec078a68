"""SynFlow: how much signal flows through the weights, images left out."""

from __future__ import annotations

import math
from typing import ClassVar

import torch

from resspec.training.proxies.proxy import Proxy
from resspec.training.untrained import Untrained


class SynFlow(Proxy):
    """ln of the sum of |θ · ∂R/∂θ|, where R is what the network makes of an image of ones with |θ| for its weights
    (Tanaka et al., NeurIPS 2020, arXiv:2006.05467). Norms stand still: fresh ones in eval mode pass their input on."""

    kind: ClassVar[str] = "synflow"

    def score(self, subject: Untrained) -> float:
        """One forward and backward pass of one image, in double precision: sums over all paths grow with depth."""
        model = subject.network().eval().double()
        weights = [parameter for parameter in model.parameters() if parameter.dim() > 1]
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.abs_()
        model(torch.ones(1, *subject.shape, dtype=torch.float64)).sum().backward()
        return math.log(sum(float((w * w.grad).abs().sum().detach()) for w in weights if w.grad is not None))
