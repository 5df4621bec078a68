"""Boxes as tensors [..., 4]: left, upper, right, lower edge in pixels."""

from __future__ import annotations

import torch
from torch import Tensor

TINY = 1e-7
"""What an area is at least where it divides."""


def areas(boxes: Tensor) -> Tensor:
    """The areas [...]; 0 for boxes turned inside out."""
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)


def common(one: Tensor, two: Tensor) -> Tensor:
    """The areas that lie in both boxes [...]; the leading axes are broadcast."""
    low = torch.maximum(one[..., :2], two[..., :2])
    high = torch.minimum(one[..., 2:], two[..., 2:])
    return (high - low).clamp(min=0).prod(-1)


def iou(one: Tensor, two: Tensor) -> Tensor:
    """Intersection over union [...], from 0 to 1; the leading axes are broadcast."""
    both = common(one, two)
    return both / (areas(one) + areas(two) - both).clamp(min=TINY)


def giou(one: Tensor, two: Tensor) -> Tensor:
    """Intersection over union less the empty share of the smallest box round both, from -1 to 1 (arXiv:1902.09630)."""
    both = common(one, two)
    union = areas(one) + areas(two) - both
    around = torch.cat([torch.minimum(one[..., :2], two[..., :2]), torch.maximum(one[..., 2:], two[..., 2:])], -1)
    hull = areas(around)
    return both / union.clamp(min=TINY) - (hull - union) / hull.clamp(min=TINY)


def nms(boxes: Tensor, scores: Tensor, labels: Tensor, threshold: float, most: int) -> Tensor:
    """Greedy non-maximum suppression of many images at once: the places [B, most] of the boxes that stay, best first,
    and -1 behind the last. A box falls where a better one of its label has an IoU above `threshold` with it; boxes
    [B, n, 4] whose score [B, n] is 0 or less are none. Every image takes a step at a time, so that n boxes need memory
    for n IoUs, not for their pairs."""
    left = scores.clone()
    images = torch.arange(len(boxes), device=boxes.device)
    kept = torch.full((len(boxes), most), -1, dtype=torch.int64, device=boxes.device)
    if not boxes.shape[1]:
        return kept
    for place in range(most):
        best, at = left.max(1)
        if not (best > 0).any():
            break
        kept[:, place] = torch.where(best > 0, at, -1)
        near = iou(boxes[images, at][:, None], boxes) > threshold
        left = left.masked_fill(near & (labels == labels[images, at][:, None]), 0)
        left[images, at] = 0  # even a box without area, which overlaps nothing, itself included
    return kept
