"""The class and the box of each thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from resspec.spec.net import NetSpec
from resspec.training.augmentation import Draws
from resspec.training.data.framing import SEEN
from resspec.training.data.source import Truth
from resspec.training.detection.boxes import areas
from resspec.training.detection.coco import average_precisions, required
from resspec.training.detection.way import NOTHING, UNCOUNTED, Way
from resspec.training.predicting.detection import OneStep
from resspec.training.predicting.predictor import Predictor, Question
from resspec.training.ranks import Ranks
from resspec.training.recipe import Recipe
from resspec.training.score import Score, Tally
from resspec.training.tasks.task import Task


@dataclass(frozen=True, slots=True)
class Precision(Score):
    """Average precisions as COCO counts them, from 0 to 1, over the images together."""

    leading: ClassVar[str] = "map50"
    title: ClassVar[str] = "mAP50"
    in_nats: ClassVar[bool] = False
    columns: ClassVar[tuple[str, ...]] = ("map50", "map")

    map50: float
    """Mean over the classes of the average precision, where a box counts from an IoU of 0.5 on."""
    map75: float
    """The same from 0.75 on."""
    map: float
    """The mean over ten such IoUs, 0.5 to 0.95."""
    aps: tuple[float | None, ...]
    """The average precision of each class over these IoUs; None for a class that the images lack."""
    count: int
    loss: float

    @property
    def score(self) -> float:
        """mAP50."""
        return self.map50

    def measures(self) -> dict[str, float]:
        """mAP50 and mAP."""
        return {"map50": self.map50, "map": self.map}

    def told(self) -> str:
        """mAP50, mAP, mAP75 and loss."""
        shown = (f"{name} {100 * value:.2f} %" for name, value in self._named())
        return f"{'  '.join(shown)}  loss {self.loss:.4f}"

    def _named(self) -> Sequence[tuple[str, float]]:
        return ("mAP50", self.map50), ("mAP", self.map), ("mAP75", self.map75)

    def to_dict(self) -> dict[str, object]:
        """Plain data: count, the average precisions, that of each class, loss."""
        return {
            "count": self.count,
            "map50": self.map50,
            "map75": self.map75,
            "map": self.map,
            "aps": list(self.aps),
            "loss": self.loss,
        }


class Detection(Task):
    """The class and the box of each thing: the truth is [count, most, 5], a row for each thing: label, left, upper,
    right, lower edge in pixels. Rows of label -1 fill up; a label of -2 - c is a thing of class c that counts neither
    way."""

    kind: ClassVar[str] = "detection"
    truth: ClassVar[Truth] = "boxes"
    score: ClassVar[type[Score]] = Precision
    foreign: ClassVar[Sequence[str]] = ("loss", "label_smoothing", "mixup", "cutmix", "side", "centre")

    def __init__(self, classes: int, way: Way, size: tuple[int, int]) -> None:
        self.classes, self.way, self.size = classes, way, size

    def check(self, recipe: Recipe) -> None:
        """DataError where a recipe asks for what means nothing here, or where nothing can judge boxes."""
        super().check(recipe)
        required()

    def moved(self, y: Tensor, recipe: Recipe, draws: Draws, size: tuple[int, int]) -> Tensor:
        """Boxes move as the images do and are cut off at the edges."""
        height, width = size
        labels, boxes = y[..., 0], y[..., 1:]
        if draws.offsets is not None:
            rows, columns = (recipe.shift - draws.offsets).to(boxes.dtype)  # each [B, 1]
            boxes = boxes + torch.stack([columns, rows, columns, rows], -1)
            whole = areas(boxes)
            edges = torch.tensor([width, height, width, height], device=y.device)
            boxes = boxes.clamp(min=0).minimum(edges)
            left = areas(boxes)
            labels = torch.where((left < SEEN * whole) & (labels >= 0), UNCOUNTED - labels, labels)
            labels = torch.where(left > 0, labels, NOTHING)
        if draws.mirrored is not None:
            mirrored = torch.stack([width - boxes[..., 2], boxes[..., 1], width - boxes[..., 0], boxes[..., 3]], -1)
            boxes = torch.where(draws.mirrored[:, None, None], mirrored, boxes)
        return torch.cat([labels[..., None], boxes], -1)

    def answer(self, network: Callable[..., Any], x: Tensor, y: Tensor | None = None) -> Any:
        """As the heads are taught and read."""
        return self.way.answer(network, x, y)

    def loss(self, answer: Any, y: Tensor, kept: float, recipe: Recipe) -> Tensor:
        """The mean over the images, each taken by itself, so that a batch's loss is the same in any number of parts."""
        return self.way.losses(answer, y).mean()

    def tally(self, device: torch.device, confusion: int = 0) -> Tally:
        """All boxes that were found and all that are there."""
        required()
        return Boxes(self, device)

    def predictor(self, spec: NetSpec, question: Question) -> Predictor:
        """The class and the box of each thing."""
        assert self.classes is not None
        return OneStep(spec.input, self.classes, question, self.way)


class Boxes(Tally):
    """What was found in each image, and what is there. Rows of an image, a label, four edges and a score; and of an
    image, a label, four edges."""

    def __init__(self, task: Detection, device: torch.device) -> None:
        self._task, self._device = task, device
        self._sums = torch.zeros(2, dtype=torch.float64, device=device)
        self._found: list[Tensor] = []
        self._true: list[Tensor] = []
        self._images = 0

    def add(self, answer: Any, y: Tensor) -> None:
        """Count a batch of answers and things."""
        found = self._task.way.found(answer, self._task.size)
        numbers = torch.arange(self._images, self._images + len(y), device=y.device)[:, None]
        self._images += len(y)
        for rows, kept, labels, others in (
            (self._found, found.labels >= 0, found.labels, (found.boxes, found.scores[..., None])),
            (self._true, y[..., 0] != NOTHING, y[..., 0], (y[..., 1:],)),
        ):
            every = [numbers.expand_as(labels)[..., None], labels[..., None], *others]
            rows.append(torch.cat([each.double() for each in every], -1)[kept].cpu())
        loss = self._task.way.losses(answer, y).double().sum()
        self._sums += torch.stack([loss, torch.full_like(loss, len(y))])

    def told(self, ranks: Ranks) -> Precision:
        """The figures over all processes."""
        loss, count = ranks.summed(self._sums).tolist()
        found, true = (self._all(rows, width, ranks) for rows, width in ((self._found, 7), (self._true, 6)))
        assert self._task.classes is not None
        precisions = average_precisions(found.numpy(), true.numpy(), self._task.classes)
        return Precision(**precisions, count=int(count), loss=loss / count)

    def _all(self, rows: list[Tensor], width: int, ranks: Ranks) -> Tensor:
        """The rows of all processes, whose images are numbered one process after another."""
        own = torch.cat([torch.empty(0, width, dtype=torch.float64), *rows])
        if ranks.of == 1:
            return own
        sizes = torch.tensor([len(own), self._images])
        told = torch.stack(ranks.gathered(sizes, self._device))
        padded = torch.zeros(int(told[:, 0].max()), width, dtype=torch.float64)
        padded[: len(own)] = own
        starts = told[:, 1].cumsum(0) - told[:, 1]
        parts = ranks.gathered(padded, self._device)
        for part, start in zip(parts, starts.tolist(), strict=True):
            part[:, 0] += start
        return torch.cat([part[:length] for part, length in zip(parts, told[:, 0].tolist(), strict=True)])
