"""How good a network is on a part of a data set."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from resspec.training.data.source import Images
from resspec.training.feed import Feed

BATCH = 1024


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a network got right: `loss` is the mean cross-entropy in nats."""

    correct: int
    count: int
    loss: float

    @property
    def accuracy(self) -> float:
        """Share of images whose largest logit is the label's."""
        return self.correct / self.count


def evaluate(model: nn.Module, images: Images, *, batch: int = BATCH) -> Evaluation:
    """Judge a model in eval mode on its own device; its training flags are put back."""
    return judged(model, Feed(images, model, device_of(model)), batch)


def judged(model: nn.Module, feed: Feed, batch: int = BATCH) -> Evaluation:
    """Judge a model on images that are on its device already."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        correct, loss = 0, 0.0
        with torch.inference_mode():
            for x, y in zip(torch.split(feed.x, batch), torch.split(feed.y, batch), strict=True):
                logits = model(feed.normalised(x)).float()
                correct += int((logits.argmax(1) == y).sum())
                loss += float(functional.cross_entropy(logits, y, reduction="sum"))
    finally:
        for module in training:
            module.training = True
    return Evaluation(correct, len(feed), loss / len(feed))


def device_of(model: nn.Module) -> torch.device:
    """The device of a model's first parameter or buffer; the CPU for a model without any."""
    tensors = [*model.parameters(), *model.buffers()]
    return tensors[0].device if tensors else torch.device("cpu")
