"""RetinaNet: anchors of several shapes at every place answer for the things that they cover (arXiv:1708.02002)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from resspec.errors import DataError
from resspec.training.detection.boxes import iou
from resspec.training.detection.levels import Level, centres
from resspec.training.detection.way import NOTHING, UNCOUNTED, Way, focal

BASE = 4
"""Side of a level's smallest square anchor, in strides."""
SCALES = (1.0, 2 ** (1 / 3), 2 ** (2 / 3))
RATIOS = (0.5, 1.0, 2.0)
"""Heights by widths, at one area."""
SHAPES = {1: ((1.0,), (1.0,)), 3: (RATIOS, (1.0,)), 9: (RATIOS, SCALES)}
"""Ratios and scales of so many anchors of a place."""
COVERED, FREE = 0.5, 0.4
"""IoUs from which an anchor answers for a thing, and below which it answers for none; between them it is spared."""
BETA = 1 / 9
"""Error up to which the smooth L1 loss is a parabola, as Detectron has it."""
WIDEST = math.log(1000 / 16)
"""Largest logarithm by which an anchor is enlarged."""


class RetinaNet(Way):
    """The training and reading of heads of kind `retinanet` over levels, with so many anchors at each place."""

    overlap = 0.5

    def __init__(self, levels: Sequence[Level], anchors: int) -> None:
        if anchors not in SHAPES:
            message = f"there is no rule for {anchors} anchors at a place"
            raise DataError.of("RS659", message, remedy=f"set heads.anchors to one of {', '.join(map(str, SHAPES))}")
        self.levels, self.shapes = levels, SHAPES[anchors]

    def anchors(self, device: torch.device) -> Tensor:
        """All anchors [rows, 4] in pixels: level by level, place by place, ratio by ratio, scale by scale."""
        ratios, scales = (torch.tensor(each, device=device) for each in self.shapes)
        high = (ratios.sqrt()[:, None] * scales).flatten()
        wide = (scales / ratios.sqrt()[:, None]).flatten()
        halves = torch.stack([-wide, -high, wide, high], -1) * BASE / 2
        found = [
            (centres([level], device).repeat(1, 2)[:, None] + halves * level.stride).flatten(0, 1)
            for level in self.levels
        ]
        return torch.cat(found)

    def losses(self, answer: Mapping[str, Tensor], y: Tensor) -> Tensor:
        """The focal loss and the smooth L1 loss of the boxes' codes, both by the anchors that answer for something.
        Each image is taken by itself."""
        logits, codes = answer["cls_logits"].float(), answer["bbox_regression"].float()
        labels, boxes = self.goal(y)
        inside = (labels >= 0).to(logits.dtype)
        goal = coded(boxes, self.anchors(y.device))
        off = functional.smooth_l1_loss(codes, goal, beta=BETA, reduction="none").sum(-1)
        return (focal(logits, labels) + (off * inside).sum(1)) / inside.sum(1).clamp(min=1)

    def answers(self, answer: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The classes' probabilities, and the anchors moved and enlarged as the codes say."""
        codes = answer["bbox_regression"].float()
        return answer["cls_logits"].float().sigmoid(), decoded(codes, self.anchors(codes.device))

    def goal(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """What the anchors should answer of things [B, most, 5]: labels [B, rows], and the things' boxes [B, rows, 4],
        the anchor's own where it answers for none."""
        return answering(self.anchors(y.device), y, COVERED, FREE)


def answering(anchors: Tensor, y: Tensor, covered: float, free: float) -> tuple[Tensor, Tensor]:
    """Labels [B, rows] and boxes [B, rows, 4] that anchors [rows, 4] or [B, rows, 4] should answer of things [B, most,
    5]. An anchor answers for the thing that it covers best, if its IoU is `covered` or more; every thing is answered
    for by the anchors that cover it best, however badly; from `free` on it counts neither way."""
    labels, boxes = y[..., 0].long(), y[..., 1:]
    there = labels >= 0
    shared = iou(anchors[..., None, :], boxes[:, None]) * (labels != NOTHING)[:, None]  # [B, rows, most]
    counted = shared * there[:, None]
    best, which = counted.max(-1)
    most = counted.amax(1, keepdim=True)
    favourite = (counted == most) & (most > 0)
    forced, favoured = favourite.any(-1), (counted * favourite).argmax(-1)
    which = torch.where(forced & (best < covered), favoured, which)
    answers = (best >= covered) | forced
    unclear = (best >= free) | ((shared * (labels <= UNCOUNTED)[:, None]) >= free).any(-1)
    found = torch.where(answers, labels.gather(1, which), torch.where(unclear, UNCOUNTED, NOTHING))
    chosen = boxes.gather(1, which[..., None].expand(-1, -1, 4))
    return found, torch.where(answers[..., None], chosen, anchors)


def coded(boxes: Tensor, anchors: Tensor) -> Tensor:
    """Boxes as seen from anchors [..., 4]: the middles' offsets in the anchor's sides, the logarithms of the sides'
    ratios."""
    sides, own = boxes[..., 2:] - boxes[..., :2], anchors[..., 2:] - anchors[..., :2]
    offsets = (boxes[..., :2] + boxes[..., 2:] - anchors[..., :2] - anchors[..., 2:]) / 2 / own
    return torch.cat([offsets, (sides.clamp(min=1e-3) / own).log()], -1)


def decoded(codes: Tensor, anchors: Tensor) -> Tensor:
    """The boxes that codes mean: the inverse of `coded`."""
    own = anchors[..., 2:] - anchors[..., :2]
    middles = (anchors[..., :2] + anchors[..., 2:]) / 2 + codes[..., :2] * own
    halves = codes[..., 2:].clamp(max=WIDEST).exp() * own / 2
    return torch.cat([middles - halves, middles + halves], -1)
