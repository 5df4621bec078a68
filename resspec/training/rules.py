"""Update rules by name, as data; torch comes with the first optimizer that is made."""

from __future__ import annotations

import importlib
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from resspec.errors import DataError
from resspec.training.plugin import Plugin

if TYPE_CHECKING:
    from torch.optim import Optimizer

Share = Annotated[float, Field(ge=0, lt=1)]


class Rule(Plugin):
    """How gradients change the weights."""

    family: ClassVar[str] = "optimizer"
    home: ClassVar[str] = "resspec.training.rules"
    group: ClassVar[str] = "resspec.optimizers"

    @abstractmethod
    def over(self, groups: list[dict[str, Any]], lr: float, *, fused: bool = True) -> Optimizer:
        """An optimizer over parameter groups, each with its own `weight_decay`; one kernel for all weights if `fused`,
        which tensors that are shared out among processes do not allow."""


class Nesterov(Rule):
    """SGD with Nesterov's momentum (arXiv:1212.0901); one fused kernel updates all weights."""

    kind: ClassVar[str] = "sgd-nesterov"

    momentum: Share = 0.9
    """Share of the last update that goes on; 0 is plain SGD."""

    def over(self, groups: list[dict[str, Any]], lr: float, *, fused: bool = True) -> Optimizer:
        """torch's SGD."""
        from torch.optim import SGD  # noqa: PLC0415  # recipes are read without torch

        return SGD(groups, lr=lr, momentum=self.momentum, nesterov=self.momentum > 0, fused=fused)


class Sgd(Rule):
    """SGD with heavy-ball momentum: the rule of arXiv:1512.03385."""

    kind: ClassVar[str] = "sgd"

    momentum: Share = 0.9
    """Share of the last update that goes on."""

    def over(self, groups: list[dict[str, Any]], lr: float, *, fused: bool = True) -> Optimizer:
        """torch's SGD."""
        from torch.optim import SGD  # noqa: PLC0415  # recipes are read without torch

        return SGD(groups, lr=lr, momentum=self.momentum, fused=fused)


class AdamW(Rule):
    """Adam with decoupled weight decay (arXiv:1711.05101)."""

    kind: ClassVar[str] = "adamw"

    momentum: Share = 0.9
    """Decay of the first moment."""
    second: Share = 0.999
    """Decay of the second moment."""

    def over(self, groups: list[dict[str, Any]], lr: float, *, fused: bool = True) -> Optimizer:
        """torch's AdamW."""
        from torch.optim import AdamW as TorchAdamW  # noqa: PLC0415  # recipes are read without torch

        return TorchAdamW(groups, lr=lr, betas=(self.momentum, self.second), fused=fused)


class Lars(Rule):
    """SGD whose rate is scaled layer by layer to the weights' norm (arXiv:1708.03888); of pytorch-optimizer."""

    kind: ClassVar[str] = "lars"

    momentum: Share = 0.9
    """Share of the last update that goes on."""
    trust: Annotated[float, Field(gt=0)] = 0.001
    """Coefficient of the ratio of weights' to gradients' norm."""

    def over(self, groups: list[dict[str, Any]], lr: float, *, fused: bool = True) -> Optimizer:
        """pytorch-optimizer's LARS."""
        made: Optimizer = kept_elsewhere("LARS")(groups, lr, momentum=self.momentum, trust_coefficient=self.trust)
        return made


class Lamb(Rule):
    """Adam whose update is scaled layer by layer to the weights' norm (arXiv:1904.00962); of pytorch-optimizer."""

    kind: ClassVar[str] = "lamb"

    momentum: Share = 0.9
    """Decay of the first moment."""
    second: Share = 0.999
    """Decay of the second moment."""

    def over(self, groups: list[dict[str, Any]], lr: float, *, fused: bool = True) -> Optimizer:
        """pytorch-optimizer's Lamb."""
        # Without `adam_debias` its first step is ten times the rate; the ratio of norms has cancelled the bias already.
        made: Optimizer = kept_elsewhere("Lamb")(groups, lr, betas=(self.momentum, self.second), adam_debias=True)
        return made


def kept_elsewhere(name: str) -> Any:
    """An optimizer class of the package pytorch-optimizer, which torch itself lacks."""
    try:
        return getattr(importlib.import_module("pytorch_optimizer"), name)
    except ImportError:
        remedy = "pip install 'resspec[optimizers]', or take sgd-nesterov or adamw"
        raise DataError.of("RS651", f"{name} is part of pytorch-optimizer, not installed", remedy=remedy) from None
