"""One label for each image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.training.criterion import mixed_loss
from resspec.training.data.source import Truth
from resspec.training.predicting.classification import ClassPredictor
from resspec.training.predicting.predictor import Predictor, Question
from resspec.training.ranks import Ranks
from resspec.training.recipe import Recipe
from resspec.training.score import Score, Tally
from resspec.training.tasks.task import Task

TOP = 5


@dataclass(frozen=True, slots=True)
class Evaluation(Score):
    """What a network got right: `loss` is the mean cross-entropy in nats."""

    leading: ClassVar[str] = "accuracy"
    title: ClassVar[str] = "accuracy"
    columns: ClassVar[tuple[str, ...]] = ("accuracy", "top5")

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

    @property
    def score(self) -> float:
        """The accuracy."""
        return self.accuracy

    def measures(self) -> dict[str, float]:
        """Accuracy and top-5 accuracy."""
        return {"accuracy": self.accuracy, "top5": self.top5 / self.count}

    @property
    def brief(self) -> str:
        """The accuracy without its name."""
        return self.shown(self.accuracy)

    def pictured(self) -> tuple[str, float, str]:
        """The error, as papers draw it."""
        return "error", 100 * (1 - self.accuracy), self.unit

    def told(self) -> str:
        """Error, accuracy, top-5 accuracy and loss."""
        error, top = 100 * (1 - self.accuracy), 100 * self.top5 / self.count
        return f"error {error:.2f} %  accuracy {100 * self.accuracy:.2f} %  top-5 {top:.2f} %  loss {self.loss:.4f}"

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


class Classification(Task):
    """One label for each image: the truth is [count], the answer logits [count, classes]."""

    kind: ClassVar[str] = "classification"
    truth: ClassVar[Truth] = "labels"
    score: ClassVar[type[Score]] = Evaluation

    def loss(self, answer: Any, y: Tensor, kept: float, recipe: Recipe) -> Tensor:
        """Cross-entropy, or the yes-or-no questions of the recipe."""
        return mixed_loss(answer, y, kept, recipe)

    def tally(self, device: torch.device, confusion: int = 0) -> Tally:
        """Right answers, and the table of mistakes where asked for."""
        return Answers(confusion, device)

    def predictor(self, spec: NetSpec, question: Question) -> Predictor:
        """The likeliest classes."""
        return ClassPredictor(spec.input, resolve(spec).head.classes, question)  # type: ignore[union-attr]  # a classifier has a head with classes


class Answers(Tally):
    """Sums over images: right answers, answers among the first five, cross-entropy, count; and the confusion."""

    def __init__(self, classes: int, device: torch.device) -> None:
        self._sums = torch.zeros(4, dtype=torch.float64, device=device)
        self._confusion = torch.zeros(classes, classes, dtype=torch.float64, device=device)

    def add(self, answer: Any, y: Tensor) -> None:
        """Count a batch of logits [B, classes] and labels [B]. Nothing waits for the device."""
        logits = answer.float()
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


CLASSIFICATION = Classification()
