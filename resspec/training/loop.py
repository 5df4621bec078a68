"""The training loop: epochs of steps, a judgement after each, and somebody who watches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import torch
from torch import nn

from resspec.errors import DataError
from resspec.training.data.source import Images, Samples
from resspec.training.divergence import DivergedError, diverged
from resspec.training.engine import PLAIN, Engine
from resspec.training.epoch import Epoch
from resspec.training.evaluation import device_of, judged
from resspec.training.feed import Feed, feed_of
from resspec.training.learner import Learner
from resspec.training.onednn import guarded
from resspec.training.ranks import ALONE, Ranks
from resspec.training.recipe import Recipe
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.task import Task
from resspec.training.watcher import Watcher
from resspec.training.wrapping import seeded

__all__ = ["DivergedError", "Epoch", "train"]

LOOK = 20
"""Steps after which a device is waited for, to see whether the loss still is a number. The CPU looks at each."""


def train(  # noqa: PLR0913  # keywords, each of its own
    model: nn.Module,
    images: Images | Samples,
    recipe: Recipe,
    *,
    validation: Images | Samples | None = None,
    seed: int = 0,
    on_epoch: Callable[[Epoch], None] | None = None,
    engine: Engine = PLAIN,
    ranks: Ranks = ALONE,
    watchers: Sequence[Watcher] = (),
    task: Task = CLASSIFICATION,
) -> tuple[Epoch, ...]:
    """Train a model in place, on its own device, and leave it in eval mode, with the running mean of its weights
    where the recipe keeps one.

    The same model, images, recipe and seed give the same weights on the same machine and thread count, and so does a
    training that a watcher took up again. `on_epoch` is called after every epoch; what it or a watcher raises ends the
    training and reaches the caller. DivergedError when the loss is not finite.
    """
    device = device_of(model)
    task.check(recipe)
    feed = feed_of(images, model, device, engine=engine, recipe=recipe, training=True, seed=seed, task=task)
    held_out = feed_of(validation, model, device, engine=engine, recipe=recipe, task=task) if validation else None
    if not len(feed):
        raise DataError.of("RS653", "there are no images to train on")
    unsafe = engine.layout(device.type)  # only then does oneDNN overrun its memory
    with guarded(model, device) if unsafe else nullcontext(), seeded(seed, device) as generator:
        learner = Learner(model, feed, recipe, engine=engine, ranks=ranks, seed=seed, generator=generator, task=task)
        if ranks.rank:
            torch.manual_seed(seed + ranks.rank)  # dropout differs between processes
        for watcher in watchers:
            watcher.begun(learner)
        while learner.epoch < recipe.epochs:
            epoch = _epoch(learner, held_out, watchers)
            learner.end_epoch(epoch)
            if on_epoch is not None:
                on_epoch(epoch)
            for watcher in watchers:
                watcher.epoch_done(epoch, learner)
    if learner.average is not None:
        model.load_state_dict(learner.average.module.state_dict())
    model.eval()
    return learner.history


def _epoch(learner: Learner, held_out: Feed | None, watchers: Sequence[Watcher]) -> Epoch:
    """Take the steps that are left of an epoch, and judge."""
    start = time.perf_counter() - learner.seconds
    learner.model.train()
    chosen = learner.order()[learner.step :]
    parts = [learner.parts(index) for index in chosen]
    batches = learner.feed.batches([index for each in parts for _, index in each], learner.epoch)
    number = learner.epoch + 1
    for index, places in zip(chosen, parts, strict=True):
        got = [(place, next(batches)) for place, _ in places]
        loss = learner.learn(got, len(index))
        learner.loss += loss
        learner.seconds = time.perf_counter() - start
        if not learner.step % LOOK and not math.isfinite(value := float(loss)):
            raise diverged(learner, got[0][1][0], value)
        for watcher in watchers:
            watcher.stepped(learner)
    total = float(learner.ranks.summed(learner.loss)) / len(learner.feed)
    if not math.isfinite(total):
        raise diverged(learner, got[0][1][0], total)
    seconds = time.perf_counter() - start
    validation = None
    if held_out is not None:
        validation = judged(
            learner.judged_model, held_out, engine=learner.engine, ranks=learner.ranks, task=learner.task
        )
    rate = learner.recipe.lr_at(learner.taken - 1, learner.steps)
    columns = learner.task.score.columns
    known = {told for epoch in learner.history for told in epoch.skipped}
    feeds = (learner.feed, held_out) if held_out is not None else (learner.feed,)
    skipped = tuple(dict.fromkeys(told for feed in feeds for told in feed.skipped if told not in known))
    return Epoch(number, learner.recipe.epochs, total, validation, seconds, rate, len(learner.feed), columns, skipped)
