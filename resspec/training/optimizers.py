"""Update rules by name."""

from __future__ import annotations

from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from resspec.training.recipe import Recipe


def optimizer_of(model: nn.Module, recipe: Recipe) -> Optimizer:
    """The recipe's update rule over a model's parameters; one fused kernel updates them all."""
    groups = decay_groups(model, recipe.weight_decay)
    if recipe.optimizer == "adamw":
        return AdamW(groups, lr=recipe.lr, betas=(recipe.momentum, 0.999), fused=True)
    return SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=recipe.momentum > 0, fused=True)


def decay_groups(model: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Two parameter groups: weights of two or more axes decay, norms and biases do not."""
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    decayed = [parameter for parameter in learned if parameter.ndim > 1]
    free = [parameter for parameter in learned if parameter.ndim <= 1]
    groups = ((decayed, weight_decay), (free, 0.0))
    return [{"params": params, "weight_decay": decay} for params, decay in groups if params]
