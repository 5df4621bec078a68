"""How heads are taught and read, whichever they are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from resspec.training.detection.boxes import nms

ALPHA, GAMMA = 0.25, 2.0
"""Weight of the focal loss where something is, and how fast sure answers stop counting (arXiv:1708.02002)."""
LEAST = 0.05
"""Score below which nothing was found."""
CANDIDATES = 1000
"""Answers of an image that suppression looks at, the best."""
MOST = 100
"""Boxes of an image that stay, as COCO counts them."""
NOTHING, UNCOUNTED = -1, -2
"""Labels of a place: nothing is there; what is there counts neither way. In the truth about an image -1 fills a list
up, and a label of -2 - c is a thing of class c that need not be found (COCO's crowds, VOC's difficult ones)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Boxes [B, most, 4] in pixels, best first, scores [B, most] from 0 to 1, labels [B, most]; label -1 behind the
    last."""

    boxes: Tensor
    scores: Tensor
    labels: Tensor


Network = Callable[..., Mapping[str, Tensor]]
"""A network's forward."""


class Way(ABC):
    """What one kind of heads should answer, and what its answers mean."""

    overlap: float
    """IoU above which the worse of two boxes of a class falls."""

    def answer(self, network: Network, x: Tensor, y: Tensor | None) -> Mapping[str, Tensor]:
        """What a network answers of images [B, C, H, W]; their things are given while it learns."""
        return network(x)

    @abstractmethod
    def losses(self, answer: Mapping[str, Tensor], y: Tensor) -> Tensor:
        """The loss of each image [B], given its things [B, most, 5]."""

    @abstractmethod
    def answers(self, answer: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Scores [B, rows, classes] from 0 to 1, and boxes [B, rows, 4] in pixels, or [B, rows, classes, 4] where each
        class has its own."""

    def found(self, answer: Mapping[str, Tensor], size: tuple[int, int]) -> Found:
        """The boxes in images of a height and width, after non-maximum suppression in each class."""
        scores, boxes = self.answers(answer)
        return best_of(scores, inside(boxes, size), self.overlap)


def best_of(scores: Tensor, boxes: Tensor, overlap: float) -> Found:
    """The best boxes of each image after non-maximum suppression in each class: scores [B, rows, classes], and boxes
    [B, rows, 4], or [B, rows, classes, 4] where each class has its own."""
    images, _, classes = scores.shape
    flat = scores.flatten(1)
    best, at = flat.topk(min(CANDIDATES, flat.shape[1]), dim=1)
    best = torch.where(best > LEAST, best, 0)
    row = at if boxes.dim() > scores.dim() else at // classes
    boxes = boxes.reshape(images, -1, 4).gather(1, row[..., None].expand(-1, -1, 4))
    labels = at % classes
    kept = nms(boxes, best, labels, overlap, MOST)
    place = kept.clamp(min=0)
    return Found(
        boxes.gather(1, place[..., None].expand(-1, -1, 4)),
        best.gather(1, place).masked_fill(kept < 0, 0),
        labels.gather(1, place).masked_fill(kept < 0, NOTHING),
    )


def inside(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes [..., 4] cut off at the edges of images of a height and width."""
    height, width = size
    edges = torch.tensor([width, height, width, height], device=boxes.device)
    return boxes.clamp(min=0).minimum(edges)


def focal(logits: Tensor, labels: Tensor) -> Tensor:
    """The focal loss of each image [B], summed over rows and classes: logits [B, rows, classes], labels [B, rows]."""
    truth = functional.one_hot(labels.clamp(min=0), logits.shape[-1]) * (labels >= 0)[..., None]
    truth = truth.to(logits.dtype)
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    share = logits.sigmoid()
    wrong = share + truth - 2 * share * truth
    weight = ALPHA * truth + (1 - ALPHA) * (1 - truth)
    losses = weight * wrong**GAMMA * entropy
    return (losses.sum(-1) * (labels != UNCOUNTED)).sum(1)
