"""The training loop: one optimizer, one schedule, images that are already on the device."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from resspec.errors import ResspecError
from resspec.training.augmentation import flipped, shifted
from resspec.training.data.source import Images
from resspec.training.evaluation import Evaluation, device_of, judged
from resspec.training.feed import Feed
from resspec.training.onednn import guarded
from resspec.training.optimizers import optimizer_of
from resspec.training.recipe import Recipe


class DivergedError(ResspecError):
    """The loss became NaN or infinite."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the images: its number from 1, the mean training loss, and the validation where there is one."""

    number: int
    of: int
    loss: float
    validation: Evaluation | None
    seconds: float


def train(
    model: nn.Module,
    images: Images,
    recipe: Recipe,
    *,
    validation: Images | None = None,
    seed: int = 0,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> tuple[Epoch, ...]:
    """Train a model in place, on its own device, and leave it in eval mode.

    The same model, images, recipe and seed give the same weights on the same machine and thread count. `on_epoch` is
    called after every epoch; what it raises ends the training and reaches the caller. DivergedError when the loss is
    not finite.
    """
    device = device_of(model)
    feed = Feed(images, model, device)
    held_out = Feed(validation, model, device) if validation is not None else None
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs leave this form out
    epochs = []
    with guarded(model, device), seeded(seed, device) as generator:
        for number, loss, seconds in _epochs(model, feed, recipe, generator):
            if not math.isfinite(loss):
                raise DivergedError.of(
                    "RS660", f"the loss is {loss} in epoch {number}", remedy="lower lr or lengthen warmup"
                )
            judgement = judged(model, held_out) if held_out is not None else None
            epoch = Epoch(number, recipe.epochs, loss, judgement, seconds)
            epochs.append(epoch)
            if on_epoch is not None:
                on_epoch(epoch)
    model.eval()
    return tuple(epochs)


def _epochs(model: nn.Module, feed: Feed, recipe: Recipe, generator: Generator) -> Iterator[tuple[int, float, float]]:
    """Train epoch by epoch: number, mean loss, seconds."""
    optimizer = optimizer_of(model, recipe)
    steps = math.ceil(len(feed) / recipe.batch)
    for number in range(1, recipe.epochs + 1):
        start = time.perf_counter()
        model.train()
        total = torch.zeros((), device=feed.y.device)
        order = torch.randperm(len(feed), generator=generator, device=feed.y.device)
        # parts of nearly equal size: a last batch of one image would leave batch norm without a variance
        for step, chosen in enumerate(order.tensor_split(steps), start=(number - 1) * steps):
            for group in optimizer.param_groups:
                group["lr"] = recipe.lr_at(step, steps)
            logits = model(feed.normalised(augmented(feed.x[chosen], recipe, generator)))
            loss = functional.cross_entropy(logits, feed.y[chosen], label_smoothing=recipe.label_smoothing)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(chosen)
        yield number, float(total) / len(feed), time.perf_counter() - start


def augmented(x: Tensor, recipe: Recipe, generator: Generator) -> Tensor:
    """A batch of 8-bit images after the recipe's random changes."""
    if recipe.shift:
        x = shifted(x, recipe.shift, generator)
    if recipe.flip:
        x = flipped(x, generator)
    return x


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[Generator]:
    """A generator on the device, and torch's own random state (dropout, drop-path) seeded until the end of the
    block."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield Generator(device).manual_seed(seed)
