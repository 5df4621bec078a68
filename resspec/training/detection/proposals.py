"""The boxes that a region proposal network proposes (arXiv:1506.01497, section 3)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from resspec.training.detection.boxes import nms
from resspec.training.detection.retinanet import SHAPES, decoded
from resspec.training.detection.way import inside

OBJECTS, CODES = "objectness.", "deltas."
"""How the names of a proposal network's outputs begin; a level's name follows."""
SIDE = 8
"""Side of a square anchor in strides of its level: 32 pixels at stride 4, 512 at stride 64 (arXiv:1612.03144)."""
BEST = 1000
"""Anchors of a level that suppression looks at, the best."""
OVERLAP = 0.7
"""IoU above which the worse of two proposals of a level falls."""
SMALLEST = 1e-3
"""Sides in pixels below which a box is none."""


def proposals(answer: Mapping[str, Tensor], size: tuple[int, int], count: int) -> Tensor:
    """Boxes [B, count, 4] in images of a height and width, best first, of the answers `objectness.NAME` [B, A, H, W]
    and `deltas.NAME` [B, 4 A, H, W] of each level; boxes behind the last are all zeros."""
    scores, boxes, levels = [], [], []
    for number, (objects, codes, anchors) in enumerate(rows_of(answer, size)):
        best, at = objects.sigmoid().topk(min(BEST, len(anchors)), dim=1)
        found = inside(decoded(codes, anchors).gather(1, at[..., None].expand(-1, -1, 4)), size)
        scores.append(best.masked_fill(small(found), 0))
        boxes.append(found)
        levels.append(torch.full_like(at, number))
    every = torch.cat(boxes, 1)
    kept = nms(every, torch.cat(scores, 1), torch.cat(levels, 1), OVERLAP, count)
    chosen = every.gather(1, kept.clamp(min=0)[..., None].expand(-1, -1, 4))
    return chosen.masked_fill((kept < 0)[..., None], 0)


def rows_of(answer: Mapping[str, Tensor], size: tuple[int, int]) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Of each level the logits [B, rows] of something being there, the codes [B, rows, 4] of its box, and the anchors
    [rows, 4], place by place."""
    for name in [name for name in answer if name.startswith(OBJECTS)]:
        objects = answer[name].float()
        codes = answer[CODES + name.removeprefix(OBJECTS)].float()
        anchors = anchors_of((objects.shape[2], objects.shape[3]), size, objects.shape[1], objects.device)
        rows = codes.unflatten(1, (-1, 4)).permute(0, 3, 4, 1, 2).flatten(1, 3)
        yield objects.permute(0, 2, 3, 1).flatten(1), rows, anchors


def anchors_of(grid: tuple[int, int], size: tuple[int, int], count: int, device: torch.device) -> Tensor:
    """The anchors [places A, 4] of a level, place by place, ratio by ratio: round the corner of each place, whole
    strides apart, their edges rounded to pixels from there, as torchvision's weights expect them."""
    octave = round(math.log2(max(size) / max(grid)))
    ratios, scales = (torch.tensor(each, device=device) for each in SHAPES[count])
    sides = SIDE * 2**octave * scales
    high = (ratios.sqrt()[:, None] * sides).flatten()
    wide = (sides / ratios.sqrt()[:, None]).flatten()
    edges = (torch.stack([-wide, -high, wide, high], -1) / 2).round()
    down, across = (
        torch.arange(places, device=device, dtype=torch.float32) * (pixels // places)
        for places, pixels in zip(grid, size, strict=True)
    )
    corners = torch.stack([across.repeat(len(down)), down.repeat_interleave(len(across))], -1)
    return (corners.repeat(1, 2)[:, None] + edges).flatten(0, 1)


def small(boxes: Tensor, least: float = SMALLEST) -> Tensor:
    """Whether boxes [..., 4] are less than so many pixels wide or high [...]."""
    return (boxes[..., 2:] - boxes[..., :2]).amin(-1) < least
