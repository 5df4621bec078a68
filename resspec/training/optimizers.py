"""The recipe's optimizer over a model's parameters."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.optim import Optimizer

from resspec.training.recipe import Recipe


def optimizer_of(model: nn.Module, recipe: Recipe, *, fused: bool = True) -> Optimizer:
    """The recipe's update rule over what a model learns."""
    groups = decay_groups(model, recipe.weight_decay, everything=recipe.decay == "all")
    return recipe.optimizer.over(groups, recipe.lr, fused=fused)


def decay_groups(model: nn.Module, weight_decay: float, *, everything: bool = False) -> list[dict[str, Any]]:
    """Two parameter groups: weights of two or more axes decay, norms and biases do not, unless everything does."""
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    decayed = [parameter for parameter in learned if everything or parameter.ndim > 1]
    free = [parameter for parameter in learned if not everything and parameter.ndim <= 1]
    groups = ((decayed, weight_decay), (free, 0.0))
    return [{"params": params, "weight_decay": decay} for params, decay in groups if params]
