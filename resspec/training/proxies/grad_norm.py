"""The norm of the first gradient."""

from __future__ import annotations

import math
from typing import ClassVar

from torch.nn import functional

from resspec.training.proxies.proxy import Proxy
from resspec.training.untrained import Untrained


class GradNorm(Proxy):
    """Euclidean norm of the gradient of the cross-entropy at the initial weights (among the zero-cost proxies of
    Abdelfattah et al., ICLR 2021, arXiv:2101.08134)."""

    kind: ClassVar[str] = "grad-norm"

    def score(self, subject: Untrained) -> float:
        """One forward and backward pass in train mode."""
        model = subject.network().train()
        functional.cross_entropy(model(subject.images()), subject.labels()).backward()
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        return math.sqrt(sum(float(gradient.double().square().sum()) for gradient in gradients))
