"""The places at which heads predict: the grids of a pyramid's levels, one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from resspec.ir import Graph

ROWS = "anchor_rows"
"""The op that makes a map's predictions rows."""


@dataclass(frozen=True, slots=True)
class Level:
    """One grid: its size, and the pixels between its places."""

    height: int
    width: int
    stride: float


def levels_of(graph: Graph, output: str) -> tuple[Level, ...]:
    """The grids whose predictions are the rows of an output, in their order, at the graph's own input size. Strides are
    powers of two where these fit the grids' sizes."""
    joined = graph[graph.outputs[output]]
    rows = [joined] if joined.op.kind == ROWS else [graph[name] for name in joined.inputs]
    _, high, wide = next(iter(graph)).shape
    found: list[Level] = []
    for row in rows:
        _, height, width = graph[row.inputs[0]].shape
        least = 2 * found[-1].stride if found else 1
        found.append(Level(height, width, stride_of((high, wide), (height, width), least)))
    return tuple(found)


def stride_of(image: tuple[int, int], grid: tuple[int, int], least: float) -> float:
    """The first power of two from `least` on that divides an image into a grid, rounding up; where there is none, what
    the heights say."""
    stride = least
    while stride <= 2 * max(image):
        if tuple(-(-size // stride) for size in image) == grid:
            return stride
        stride *= 2
    return image[0] / grid[0]


def centres(levels: Sequence[Level], device: torch.device) -> Tensor:
    """The middles [places, 2] of all places, x before y, row by row: half a stride and whole strides on
    (arXiv:1904.01355, section 3.1)."""
    found = []
    for level in levels:
        y, x = (
            (torch.arange(size, device=device, dtype=torch.float32) + 0.5) * level.stride
            for size in (level.height, level.width)
        )
        found.append(torch.stack([x.repeat(level.height), y.repeat_interleave(level.width)], -1))
    return torch.cat(found)


def spread(levels: Sequence[Level], values: Sequence[float], device: torch.device) -> Tensor:
    """A value of each level at all of its places [places]."""
    counts = torch.tensor([level.height * level.width for level in levels], device=device)
    return torch.tensor(values, dtype=torch.float32, device=device).repeat_interleave(counts)
