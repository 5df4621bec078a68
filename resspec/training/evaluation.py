"""How good a network is on a part of a data set."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from resspec.training.data.source import Images, Samples
from resspec.training.engine import PLAIN, Engine
from resspec.training.feed import Feed, feed_of
from resspec.training.precision import autocast
from resspec.training.ranks import ALONE, Ranks
from resspec.training.recipe import Recipe
from resspec.training.score import Score
from resspec.training.tasks.classification import CLASSIFICATION, Evaluation
from resspec.training.tasks.task import Task

__all__ = ["Evaluation", "device_of", "evaluate", "judged"]


def evaluate(  # noqa: PLR0913  # keywords, each of its own
    model: nn.Module,
    images: Images | Samples,
    *,
    batch: int | None = None,
    confusion: bool = False,
    engine: Engine = PLAIN,
    recipe: Recipe | None = None,
    ranks: Ranks = ALONE,
    task: Task = CLASSIFICATION,
    left_out: Callable[[str], object] | None = None,
) -> Score:
    """Judge a model in eval mode on its own device; its training flags are put back. The recipe says how images that
    are read one by one are framed; `left_out` is told what was wrong with images that were left out."""
    feed = feed_of(images, model, device_of(model), engine=engine, recipe=recipe, task=task)
    classes = images.classes if confusion else 0
    score = judged(model, feed, batch, classes=classes, engine=engine, ranks=ranks, task=task)
    for told in feed.skipped if left_out is not None else ():
        left_out(told)  # type: ignore[misc]  # it is asked for just before
    return score


def judged(  # keywords, each of its own
    model: nn.Module,
    feed: Feed,
    batch: int | None = None,
    *,
    classes: int = 0,
    engine: Engine = PLAIN,
    ranks: Ranks = ALONE,
    task: Task = CLASSIFICATION,
) -> Score:
    """Judge a model on a feed, each process a part of it and no image twice; with `classes`, also the confusion."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    tally = task.tally(feed.device, classes)
    start, stop = ranks.rank * len(feed) // ranks.of, (ranks.rank + 1) * len(feed) // ranks.of
    try:
        with torch.no_grad() if engine.shard else torch.inference_mode():
            for x, y in feed.in_order(batch or feed.judged_at, start, stop):
                with autocast(engine, feed.device):
                    answer = task.answer(model, feed.normalised(x))
                tally.add(answer, y)
    finally:
        for module in training:
            module.training = True
    return tally.told(ranks)


def device_of(model: nn.Module) -> torch.device:
    """The device of a model's first parameter or buffer; the CPU for a model without any."""
    tensors = [*model.parameters(), *model.buffers()]
    return tensors[0].device if tensors else torch.device("cpu")
