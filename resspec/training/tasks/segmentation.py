"""The class of each pixel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from resspec.spec.net import NetSpec
from resspec.training.augmentation import Draws, flipped, hole_of, shifted
from resspec.training.data.source import IGNORED, Truth
from resspec.training.predicting.predictor import Predictor, Question
from resspec.training.predicting.segmentation import MaskPredictor
from resspec.training.ranks import Ranks
from resspec.training.recipe import Recipe
from resspec.training.score import Score, Tally
from resspec.training.tasks.task import Task

AUX = 0.4
"""Weight of an auxiliary head's loss (arXiv:1612.01105, section 4)."""


@dataclass(frozen=True, slots=True)
class Overlap(Score):
    """How answers and truth cover one another, over the pixels of all images together; `loss` is the cross-entropy of a
    pixel in nats."""

    leading: ClassVar[str] = "miou"
    title: ClassVar[str] = "mIoU"
    columns: ClassVar[tuple[str, ...]] = ("miou", "pixel_accuracy")

    confusion: tuple[tuple[int, ...], ...]
    """Pixels by class (rows) and by answer (columns); pixels that are ignored are not among them."""
    count: int
    loss: float

    @property
    def ious(self) -> tuple[float | None, ...]:
        """Intersection over union of each class; None for a class that neither truth nor answers have."""
        rows = [sum(row) for row in self.confusion]
        columns = [sum(column) for column in zip(*self.confusion, strict=True)]
        right = [row[i] for i, row in enumerate(self.confusion)]
        unions = [row + column - both for row, column, both in zip(rows, columns, right, strict=True)]
        return tuple(both / union if union else None for both, union in zip(right, unions, strict=True))

    @property
    def score(self) -> float:
        """Mean intersection over union, of the classes that occur."""
        known = [iou for iou in self.ious if iou is not None]
        return sum(known) / len(known) if known else 0.0

    @property
    def pixel_accuracy(self) -> float:
        """Share of pixels whose largest logit is the truth's."""
        pixels = sum(map(sum, self.confusion))
        return sum(row[i] for i, row in enumerate(self.confusion)) / pixels if pixels else 0.0

    def measures(self) -> dict[str, float]:
        """mIoU and pixel accuracy."""
        return {"miou": self.score, "pixel_accuracy": self.pixel_accuracy}

    def told(self) -> str:
        """mIoU, pixel accuracy and loss."""
        accuracy = f"pixel accuracy {100 * self.pixel_accuracy:.2f} %"
        return f"mIoU {100 * self.score:.2f} %  {accuracy}  loss {self.loss:.4f}"

    def to_dict(self) -> dict[str, object]:
        """Plain data: count, mIoU, IoU of each class, pixel accuracy, loss, confusion."""
        return {
            "count": self.count,
            "miou": self.score,
            "ious": list(self.ious),
            "pixel_accuracy": self.pixel_accuracy,
            "loss": self.loss,
            "confusion": [list(row) for row in self.confusion],
        }


class Segmentation(Task):
    """The class of each pixel: the truth is [count, height, width] in bytes, 255 where nothing is known; the answer
    logits [count, classes, height, width], or a mapping with such logits under `out` and `aux`."""

    kind: ClassVar[str] = "segmentation"
    truth: ClassVar[Truth] = "masks"
    score: ClassVar[type[Score]] = Overlap
    foreign: ClassVar[Sequence[str]] = ("loss", "mixup", "cutmix")

    def __init__(self, classes: int, act: str = "none") -> None:
        """`act` names the activation behind the heads."""
        self.classes, self.act = classes, act

    def moved(self, y: Tensor, recipe: Recipe, draws: Draws, size: tuple[int, int]) -> Tensor:
        """Masks move as the images do; what is not of the image any more is ignored."""
        masks = y[:, None]
        if draws.offsets is not None:
            masks = shifted(masks, recipe.shift, draws.offsets, IGNORED)
        if draws.mirrored is not None:
            masks = flipped(masks, draws.mirrored)
        if draws.holes is not None:
            masks = masks.masked_fill(hole_of(masks, recipe.cutout, draws.holes), IGNORED)
        return masks[:, 0]

    def loss(self, answer: Any, y: Tensor, kept: float, recipe: Recipe) -> Tensor:
        """Mean cross-entropy of the pixels of each image, then over the images; that of an auxiliary head besides."""
        if not isinstance(answer, Mapping):
            return cross_entropy(answer, y, recipe.label_smoothing).mean()
        main = cross_entropy(main_of(answer), y, recipe.label_smoothing).mean()
        return main + AUX * cross_entropy(answer["aux"], y, recipe.label_smoothing).mean() if "aux" in answer else main

    def tally(self, device: torch.device, confusion: int = 0) -> Tally:
        """The table of classes and answers, which mIoU needs anyway."""
        assert self.classes is not None
        return Pixels(self.classes, device)

    def predictor(self, spec: NetSpec, question: Question) -> Predictor:
        """The class of each pixel."""
        assert self.classes is not None
        return MaskPredictor(spec.input, self.classes, question, shares=self.act == "sigmoid")


def main_of(answer: Any) -> Tensor:
    """The logits that count: those of the main head."""
    found: Tensor = answer.get("out", answer.get("output")) if isinstance(answer, Mapping) else answer
    return found


def cross_entropy(logits: Tensor, y: Tensor, smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy of the known pixels of each image [B]; 0 for an image of which nothing is known. An image
    counts the same whatever part of it is known, so that a batch's loss is the same in any number of parts."""
    y = y.long()
    losses = functional.cross_entropy(logits, y, ignore_index=IGNORED, label_smoothing=smoothing, reduction="none")
    return losses.sum((1, 2)) / (y != IGNORED).sum((1, 2)).clamp(min=1)


class Pixels(Tally):
    """The table of classes and answers, summed over images."""

    def __init__(self, classes: int, device: torch.device) -> None:
        self._confusion = torch.zeros(classes, classes, dtype=torch.float64, device=device)
        self._sums = torch.zeros(2, dtype=torch.float64, device=device)

    def add(self, answer: Any, y: Tensor) -> None:
        """Count a batch of logits and masks. Nothing waits for the device but the choice of known pixels."""
        logits, classes = main_of(answer).float(), len(self._confusion)
        known = y != IGNORED
        pairs = y[known].long() * classes + logits.argmax(1)[known]
        self._confusion += torch.bincount(pairs, minlength=classes**2).reshape(classes, classes)
        loss = cross_entropy(logits, y).double().sum()
        self._sums += torch.stack([loss, torch.full_like(loss, len(y))])

    def told(self, ranks: Ranks) -> Overlap:
        """The figures over all processes."""
        loss, count = ranks.summed(self._sums).tolist()
        rows = ranks.summed(self._confusion).long().tolist()
        return Overlap(tuple(tuple(row) for row in rows), int(count), loss / count)
