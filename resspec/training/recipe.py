"""How a network is trained, as frozen data. Nothing here imports torch."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from resspec.record import Record

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]


class Recipe(Record):
    """Optimizer, schedule, regularisation and augmentation of one training run."""

    epochs: Positive = 20
    """Passes over the training images."""
    batch: Annotated[int, Field(ge=2)] = 64
    """Images per step."""
    optimizer: Literal["sgd-nesterov", "adamw"] = "sgd-nesterov"
    """The update rule."""
    lr: Annotated[float, Field(gt=0)] = 0.1
    """Peak learning rate."""
    momentum: Share = 0.9
    """Nesterov's momentum; for adamw the decay of the first moment."""
    weight_decay: Annotated[float, Field(ge=0)] = 5e-4
    """Pull towards zero on weights of two or more axes; norms and biases are left free."""
    warmup: Annotated[float, Field(ge=0)] = 1.0
    """Epochs over which the learning rate rises from 0 to its peak; a cosine to 0 follows (arXiv:1608.03983)."""
    label_smoothing: Share = 0.0
    """Share of the target spread over all classes (arXiv:1512.00567)."""
    shift: Annotated[int, Field(ge=0)] = 0
    """Pixels by which an image may move each way, black moving in: a random crop of the padded image."""
    flip: bool = False
    """Whether half of the images are mirrored left to right."""

    def lr_at(self, step: int, steps_per_epoch: int) -> float:
        """Learning rate of a step, counted from 0: linear warm-up to `lr`, then `lr` · (1 + cos πt) / 2 over the
        rest."""
        total = self.epochs * steps_per_epoch
        rising = min(self.warmup * steps_per_epoch, total - 1)
        if step + 1 < rising:
            return self.lr * (step + 1) / rising
        return self.lr * 0.5 * (1 + math.cos(math.pi * max(0.0, step - rising) / (total - rising)))
