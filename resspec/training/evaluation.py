"""How good a network is on a part of a data set."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from resspec.training.data.source import Images, Samples
from resspec.training.engine import PLAIN, Engine
from resspec.training.feed import Feed, feed_of
from resspec.training.precision import autocast
from resspec.training.ranks import ALONE, Ranks
from resspec.training.recipe import Recipe

TOP = 5


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a network got right: `loss` is the mean cross-entropy in nats."""

    correct: int
    count: int
    loss: float
    top5: int = 0
    """Images whose label is among the five largest logits."""
    confusion: tuple[tuple[int, ...], ...] | None = None
    """Images by label (rows) and by answer (columns), where asked for."""

    @property
    def accuracy(self) -> float:
        """Share of images whose largest logit is the label's."""
        return self.correct / self.count

    def to_dict(self) -> dict[str, object]:
        """Plain data: count, accuracy, error, top-5 accuracy as shares, loss in nats, and the confusion where known."""
        found: dict[str, object] = {
            "count": self.count,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "error": 1 - self.accuracy,
            "top5": self.top5 / self.count,
            "loss": self.loss,
        }
        return found if self.confusion is None else found | {"confusion": [list(row) for row in self.confusion]}


def evaluate(  # keywords, each of its own
    model: nn.Module,
    images: Images | Samples,
    *,
    batch: int | None = None,
    confusion: bool = False,
    engine: Engine = PLAIN,
    recipe: Recipe | None = None,
    ranks: Ranks = ALONE,
) -> Evaluation:
    """Judge a model in eval mode on its own device; its training flags are put back. The recipe says how images that
    are read one by one are framed."""
    feed = feed_of(images, model, device_of(model), engine=engine, recipe=recipe)
    classes = images.classes if confusion else 0
    return judged(model, feed, batch, classes=classes, engine=engine, ranks=ranks)


def judged(  # keywords, each of its own
    model: nn.Module,
    feed: Feed,
    batch: int | None = None,
    *,
    classes: int = 0,
    engine: Engine = PLAIN,
    ranks: Ranks = ALONE,
) -> Evaluation:
    """Judge a model on a feed, each process a part of it and no image twice; with `classes`, also the confusion."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    tally = Tally(classes, feed.device)
    start, stop = ranks.rank * len(feed) // ranks.of, (ranks.rank + 1) * len(feed) // ranks.of
    try:
        with torch.no_grad() if engine.shard else torch.inference_mode():
            for x, y in feed.in_order(batch or feed.judged_at, start, stop):
                with autocast(engine, feed.device):
                    logits = model(feed.normalised(x))
                tally.add(logits.float(), y)
    finally:
        for module in training:
            module.training = True
    return tally.told(ranks)


class Tally:
    """Sums over images: right answers, answers among the first five, cross-entropy, count; and the confusion."""

    def __init__(self, classes: int, device: torch.device) -> None:
        self._sums = torch.zeros(4, dtype=torch.float64, device=device)
        self._confusion = torch.zeros(classes, classes, dtype=torch.float64, device=device)

    def add(self, logits: Tensor, y: Tensor) -> None:
        """Count a batch. Nothing waits for the device."""
        answers = logits.argmax(1)
        first = logits.topk(min(TOP, logits.shape[1]), dim=1).indices
        loss = functional.cross_entropy(logits, y, reduction="sum")
        right = ((answers == y).sum(), (first == y[:, None]).sum(), loss, torch.full_like(loss, len(y)))
        self._sums += torch.stack([value.double() for value in right])
        if classes := len(self._confusion):
            known = answers < classes
            pairs = torch.bincount(y[known] * classes + answers[known], minlength=classes**2)
            self._confusion += pairs.reshape(classes, classes)

    def told(self, ranks: Ranks) -> Evaluation:
        """The figures over all processes."""
        correct, top, loss, count = ranks.summed(self._sums).tolist()
        confusion = None
        if len(self._confusion):
            rows = ranks.summed(self._confusion).long().tolist()
            confusion = tuple(tuple(row) for row in rows)
        return Evaluation(int(correct), int(count), loss / count, int(top), confusion)


def device_of(model: nn.Module) -> torch.device:
    """The device of a model's first parameter or buffer; the CPU for a model without any."""
    tensors = [*model.parameters(), *model.buffers()]
    return tensors[0].device if tensors else torch.device("cpu")
