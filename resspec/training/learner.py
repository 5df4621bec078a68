"""A network and everything that changes with it while it trains: one step, and its state to keep and to take up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim.swa_utils import AveragedModel

from resspec.errors import DataError
from resspec.training.augmentation import augmented, draw, mix_of
from resspec.training.divergence import diverged
from resspec.training.engine import Engine
from resspec.training.epoch import Epoch
from resspec.training.feed import Batch, Feed
from resspec.training.optimizers import optimizer_of
from resspec.training.precision import autocast, scaler
from resspec.training.ranks import Ranks
from resspec.training.recipe import Recipe
from resspec.training.tasks.classification import CLASSIFICATION
from resspec.training.tasks.task import Task
from resspec.training.wrapping import forward_of, laid_out, unsynced

Place = tuple[int, Tensor]
"""Positions of images in the data, and where in their batch the first of them stands."""


class Learner:
    """A network in training. `epoch` counts whole epochs, `step` the steps of the running one, `taken` all steps."""

    def __init__(  # noqa: PLR0913  # keywords, each of its own
        self,
        model: nn.Module,
        feed: Feed,
        recipe: Recipe,
        *,
        engine: Engine,
        ranks: Ranks,
        seed: int,
        generator: Generator,
        task: Task = CLASSIFICATION,
    ) -> None:
        self.model = laid_out(model, engine, ranks, feed.device)
        self.feed, self.recipe, self.engine, self.ranks, self.seed = feed, recipe, engine, ranks, seed
        self.task = task
        self.optimizer = optimizer_of(self.model, recipe, fused=not engine.shard)
        self.average = averaged(self.model, recipe, engine)
        self.scaler = scaler(engine, feed.device)
        self.generator = generator
        self.forward = forward_of(self.model, engine, ranks, feed.device)
        self.epoch = self.step = 0
        self.loss = torch.zeros((), device=feed.device)
        self.seconds = 0.0
        self.history: tuple[Epoch, ...] = ()
        self.before: Tensor = generator.get_state()

    @property
    def steps(self) -> int:
        """Steps of an epoch: as many as batches of that size need, but so that none holds one image alone."""
        count = len(self.feed)
        return min(-(-count // self.recipe.batch), max(1, count // 2))

    @property
    def taken(self) -> int:
        """Steps taken since the beginning."""
        return self.epoch * self.steps + self.step

    @property
    def judged_model(self) -> nn.Module:
        """The network whose weights count: the running mean where there is one."""
        return self.average.module if self.average is not None else self.model

    def order(self) -> list[Tensor]:
        """The positions of each batch of the epoch. A running epoch's order is drawn again from the state before it."""
        ahead = self.generator.get_state() if self.step else None
        if ahead is not None:
            self.generator.set_state(self.before)
        self.before = self.generator.get_state()
        # parts of nearly equal size: a last batch of one image would leave batch norm without a variance
        order = torch.randperm(len(self.feed), generator=self.generator, device=self.generator.device)
        if ahead is not None:
            self.generator.set_state(ahead)
        return list(order.tensor_split(self.steps))

    def parts(self, chosen: Tensor) -> list[Place]:
        """The parts of a batch that this process computes, one after another, each with its place in the batch."""
        count = self.ranks.of * self.engine.accumulate
        if count == 1:
            return [(0, chosen)]
        if len(chosen) < count:
            raise DataError.of("RS658", f"a batch of {len(chosen)} images has no {count} parts", remedy="raise batch")
        found = chosen.tensor_split(count)
        starts = accumulate(map(len, found[:-1]), initial=0)
        here = self.ranks.rank * self.engine.accumulate
        return list(zip(starts, found, strict=True))[here : here + self.engine.accumulate]

    def learn(self, parts: Sequence[tuple[int, Batch]], count: int) -> Tensor:
        """One step on a batch of `count` images, of which this process has parts, each at its place: the sum of the
        losses of its images, nothing waited for."""
        lr = self.recipe.lr_at(self.taken, self.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        draws = draw(self.recipe, count, self.generator)
        mix = mix_of(self.recipe, self.seed, self.taken)
        total = torch.zeros((), device=self.feed.device)
        self.optimizer.zero_grad(set_to_none=True)
        for start, (x, y) in parts:
            own = draws.part(start, start + len(y))
            images = augmented(x, self.recipe, own)
            truth = self.task.moved(y, self.recipe, own, (x.shape[-2], x.shape[-1]))
            mixed, kept = mix.of(self.feed.normalised(images))
            with unsynced(self.forward, start != parts[-1][0]):
                with autocast(self.engine, self.feed.device):
                    answer = self.task.answer(self.forward, mixed, truth)
                    loss = self.task.loss(answer, truth, kept, self.recipe)
                if self.feed.device.type == "cpu" and not math.isfinite(value := float(loss.detach())):
                    raise diverged(self, x, value)  # before the weights take it up, so that its origin can be named
                self.backward(loss, len(y) * self.ranks.of / count)
            total += loss.detach() * len(y)
        self.update()
        self.step += 1
        return total

    def backward(self, loss: Tensor, weight: float) -> None:
        """Add the gradients of a part; `weight` is its share of the batch, times the processes that are averaged."""
        weighted = loss if weight == 1 else loss * weight
        (self.scaler.scale(weighted) if self.scaler.is_enabled() else weighted).backward()

    def update(self) -> None:
        """Change the weights by their gradients."""
        if self.recipe.clip is not None:
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        if self.scaler.is_enabled():
            self.scaler.step(self.optimizer)
            self.scaler.update()
        else:
            self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.model)

    def end_epoch(self, epoch: Epoch) -> None:
        """Go on to the next epoch."""
        self.history = (*self.history, epoch)
        self.epoch, self.step, self.seconds = self.epoch + 1, 0, 0.0
        self.loss = torch.zeros_like(self.loss)


def averaged(model: nn.Module, recipe: Recipe, engine: Engine) -> AveragedModel | None:
    """A running mean of a model's weights and buffers, where the recipe asks for one."""
    if not recipe.ema:
        return None
    if engine.shard:
        remedy = "recipe.ema=0, or leave out --shard"
        raise DataError.of("RS658", "a running mean of weights that are shared out is not kept", remedy=remedy)

    def mean(kept: list[Tensor], new: list[Tensor], seen: Tensor | int) -> None:
        """kept += (1 - decay) · (new - kept), the decay smaller at first so that the initial weights are forgotten."""
        decay = min(recipe.ema, (1 + int(seen)) / (10 + int(seen)))
        if kept[0].is_floating_point():
            torch._foreach_lerp_(kept, new, 1 - decay)
        else:
            torch._foreach_copy_(kept, new)

    def update(kept: Any, new: Any, seen: Any) -> None:
        with torch.no_grad():
            mean(list(kept), list(new), seen)

    return AveragedModel(model, multi_avg_fn=update, use_buffers=True)
