"""FCOS: every place answers for the one thing that it lies in (arXiv:1904.01355)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from resspec.training.detection.boxes import TINY, areas, giou
from resspec.training.detection.levels import Level, centres, spread
from resspec.training.detection.way import NOTHING, UNCOUNTED, Way, focal

RADIUS = 1.5
"""Strides from the middle of a thing within which places answer for it."""
REACH = 8
"""Strides that a level's places look out for, at most; the next level's look further."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What each place should answer: labels [B, places], the distances [B, places, 4] in strides to the left, upper,
    right and lower edge, and how central the place is [B, places], from 0 to 1."""

    labels: Tensor
    sides: Tensor
    central: Tensor


class Fcos(Way):
    """The training and reading of heads of kind `fcos` over levels."""

    overlap = 0.6

    def __init__(self, levels: Sequence[Level]) -> None:
        self.levels = levels

    def losses(self, answer: Mapping[str, Tensor], y: Tensor) -> Tensor:
        """The focal loss and the cross-entropy of centre-ness by places that answer for something, and 1 - GIoU, the
        mean over such places weighted by their centre-ness. Each image is taken by itself."""
        logits, sides, central = (answer[name].float() for name in ("cls_logits", "bbox_regression", "bbox_ctrness"))
        goal = self.goal(y)
        inside = (goal.labels >= 0).to(logits.dtype)
        count = inside.sum(1).clamp(min=1)
        entropy = functional.binary_cross_entropy_with_logits(central[..., 0], goal.central, reduction="none")
        apart = 1 - giou(round_place(sides), round_place(goal.sides))
        weight = goal.central * inside
        boxes = (apart * weight).sum(1) / weight.sum(1).clamp(min=TINY)
        return (focal(logits, goal.labels) + (entropy * inside).sum(1)) / count + boxes

    def answers(self, answer: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The geometric mean of a class's probability and centre-ness, and the boxes round the places."""
        classes, central = (answer[name].float().sigmoid() for name in ("cls_logits", "bbox_ctrness"))
        sides = answer["bbox_regression"].float()
        middles, strides = self._places(sides.device)
        return (classes * central).sqrt(), round_place(sides * strides[:, None]) + middles.repeat(1, 2)

    def goal(self, y: Tensor) -> Goal:
        """What the places should answer of things [B, most, 5]: of the smallest thing in which a place lies near the
        middle and whose furthest edge is in the reach of its level."""
        labels, boxes = y[..., 0].long(), y[..., 1:]
        middles, strides = self._places(y.device)
        low = middles[:, None] - boxes[:, None, :, :2]
        high = boxes[:, None, :, 2:] - middles[:, None]
        sides = torch.cat([low, high], -1)  # [B, places, most, 4]
        within = sides.amin(-1) > 0
        off = (middles[:, None] - (boxes[:, None, :, :2] + boxes[:, None, :, 2:]) / 2).abs().amax(-1)
        reach = [level.stride * REACH for level in self.levels]
        least = spread(self.levels, [0, *reach[:-1]], y.device)[:, None]
        most = spread(self.levels, [*reach[:-1], float("inf")], y.device)[:, None]
        furthest = sides.amax(-1)
        fits = within & (off < RADIUS * strides[:, None]) & (furthest > least) & (furthest <= most)
        size = areas(boxes)[:, None].expand_as(furthest).masked_fill(~fits | (labels < 0)[:, None], float("inf"))
        smallest, which = size.min(-1)
        answers = smallest.isfinite()
        spared = (within & (labels <= UNCOUNTED)[:, None]).any(-1)
        chosen = sides.gather(2, which[..., None, None].expand(-1, -1, 1, 4))[:, :, 0] / strides[:, None]
        chosen = torch.where(answers[..., None], chosen, 1)
        found = torch.where(answers, labels.gather(1, which), torch.where(spared, UNCOUNTED, NOTHING))
        return Goal(found, chosen, centrality(chosen))

    def _places(self, device: torch.device) -> tuple[Tensor, Tensor]:
        strides = [level.stride for level in self.levels]
        return centres(self.levels, device), spread(self.levels, strides, device)


def round_place(sides: Tensor) -> Tensor:
    """The box at these distances round the origin."""
    return sides * torch.tensor([-1.0, -1.0, 1.0, 1.0], device=sides.device)


def centrality(sides: Tensor) -> Tensor:
    """sqrt(min(l, r) / max(l, r) · min(t, b) / max(t, b)) of distances [..., 4]."""
    pairs = torch.stack([sides[..., 0::2], sides[..., 1::2]], -2)
    return (pairs.amin(-1) / pairs.amax(-1).clamp(min=TINY)).prod(-1).clamp(min=0).sqrt()
