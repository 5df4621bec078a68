"""What a network is punished for."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from resspec.training.recipe import Recipe


def mixed_loss(logits: Tensor, y: Tensor, kept: float, recipe: Recipe) -> Tensor:
    """Mean loss of a batch [B, classes] whose images are mixed with those in reverse order by 1 - `kept`."""
    own = loss_of(logits, y, recipe)
    return own if kept == 1.0 else kept * own + (1 - kept) * loss_of(logits, y.flip(0), recipe)


def loss_of(logits: Tensor, y: Tensor, recipe: Recipe) -> Tensor:
    """Mean loss of a batch: cross-entropy in nats, or the mean over all classes of a yes-or-no question each."""
    if recipe.loss == "cross-entropy":
        return functional.cross_entropy(logits, y, label_smoothing=recipe.label_smoothing)
    classes = logits.shape[1]
    targets = functional.one_hot(y, classes).to(logits.dtype)
    targets = targets * (1 - recipe.label_smoothing) + recipe.label_smoothing / classes
    return functional.binary_cross_entropy_with_logits(logits, targets)
