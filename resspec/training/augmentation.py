"""Random changes of a batch of images, all at once; no Python runs per image.

What is drawn is apart from what is done with it: every process draws for the whole batch from the same generator and
changes its own part, so that a training is the same however many processes share it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import torch
from torch import Generator, Tensor
from torch.nn import functional

from resspec.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Draws:
    """What happens to each image of a batch; None for what does not happen."""

    offsets: Tensor | None = None
    """Rows and columns [2, count, 1] by which images move, from 0 to twice the recipe's `shift`."""
    mirrored: Tensor | None = None
    """Which images [count] are mirrored."""
    holes: Tensor | None = None
    """Middles of the black squares, in shares of height and width [2, count]."""

    def part(self, start: int, stop: int) -> Draws:
        """The draws of some images of the batch."""
        along = ((self.offsets, 1), (self.mirrored, 0), (self.holes, 1))
        return Draws(*(None if drawn is None else drawn.narrow(dim, start, stop - start) for drawn, dim in along))


def draw(recipe: Recipe, count: int, generator: Generator) -> Draws:
    """The random changes of a batch of `count` images."""
    device = generator.device
    side = 2 * recipe.shift + 1
    return Draws(
        torch.randint(0, side, (2, count, 1), generator=generator, device=device) if recipe.shift else None,
        torch.rand(count, generator=generator, device=device) < 0.5 if recipe.flip else None,
        torch.rand(2, count, generator=generator, device=device) if recipe.cutout else None,
    )


def augmented(images: Tensor, recipe: Recipe, draws: Draws) -> Tensor:
    """8-bit images [B, C, H, W] after the recipe's random changes."""
    if draws.offsets is not None:
        images = shifted(images, recipe.shift, draws.offsets)
    if draws.mirrored is not None:
        images = flipped(images, draws.mirrored)
    if draws.holes is not None:
        images = holed(images, recipe.cutout, draws.holes)
    return images


def shifted(images: Tensor, pixels: int, offsets: Tensor, outside: int = 0) -> Tensor:
    """Each image [B, C, H, W] moved by its offsets less `pixels` along both axes; 0 (black), or what else is told,
    moves in."""
    batch, _, height, width = images.shape
    padded = functional.pad(images, (pixels,) * 4, value=outside).permute(0, 2, 3, 1)
    rows = (offsets[0] + torch.arange(height, device=images.device))[:, :, None]
    columns = (offsets[1] + torch.arange(width, device=images.device))[:, None, :]
    index = torch.arange(batch, device=images.device)[:, None, None]
    return padded[index, rows, columns].permute(0, 3, 1, 2)


def flipped(images: Tensor, mirrored: Tensor) -> Tensor:
    """The images that are chosen [B] mirrored left to right."""
    return torch.where(mirrored[:, None, None, None], images.flip(-1), images)


def holed(images: Tensor, side: int, middles: Tensor) -> Tensor:
    """Each image with a black square around its middle [2, B], cut off at the edges."""
    return images.masked_fill(hole_of(images, side, middles), 0)


def hole_of(images: Tensor, side: int, middles: Tensor) -> Tensor:
    """Where the squares lie [B, 1, H, W]."""
    inside = []
    for middle, size in zip(middles, images.shape[2:], strict=True):
        start = (middle * size).long() - side // 2
        along = torch.arange(size, device=images.device)
        inside.append((along >= start[:, None]) & (along < start[:, None] + side))
    hole: Tensor = inside[0][:, None, :, None] & inside[1][:, None, None, :]
    return hole


@dataclass(frozen=True, slots=True)
class Mix:
    """How the images of a batch are mixed with those of the batch in reverse order; `kept` is each image's own
    share."""

    kept: float = 1.0
    box: tuple[float, float] | None = None
    """Middle of the box that comes from the other image, in shares of height and width; None blends whole images."""

    def of(self, images: Tensor) -> tuple[Tensor, float]:
        """Mixed images, and the share that is each image's own: a box at the edge is smaller than drawn."""
        if self.kept == 1.0:
            return images, 1.0
        if self.box is None:
            return images.lerp(images.flip(0), 1 - self.kept), self.kept
        height, width = images.shape[2:]
        edge = (1 - self.kept) ** 0.5 / 2
        (top, low), (left, right) = (
            (max(0, round((at - edge) * size)), min(size, round((at + edge) * size)))
            for at, size in zip(self.box, (height, width), strict=True)
        )
        mixed = images.clone()
        mixed[:, :, top:low, left:right] = images.flip(0)[:, :, top:low, left:right]
        return mixed, 1 - (low - top) * (right - left) / (height * width)


def mix_of(recipe: Recipe, seed: int, step: int) -> Mix:
    """How the batch of a step is mixed: a pure function of seed and step, the same in every process."""
    if not recipe.mixup and not recipe.cutmix:
        return Mix()
    random = Random(f"{seed} {step}")  # noqa: S311  # no secret
    boxed = bool(recipe.cutmix) and (not recipe.mixup or random.random() < 0.5)
    alpha = recipe.cutmix if boxed else recipe.mixup
    return Mix(random.betavariate(alpha, alpha), (random.random(), random.random()) if boxed else None)
