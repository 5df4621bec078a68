"""What the tests of detection share: small nets, truths, answers."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from resspec.training.data import Images
from resspec.training.detection.fcos import Fcos
from resspec.training.detection.levels import Level

CPU = torch.device("cpu")


ONE, TWO = Level(8, 8, 8), Level(4, 4, 16)


TINY = {
    "input": [1, 32, 32],
    "mean": [0.25],
    "std": [0.25],
    "stem": {"kind": "conv3x3", "width": 16, "stride": 2},
    "block": "basic",
    "stages": [{"depth": 1, "width": 16, "stride": 2}, {"depth": 1, "width": 32, "stride": 2}],
    "neck": {"kind": "fpn", "width": 16},
    "heads": {"kind": "fcos", "classes": 2, "depth": 1, "norm": {"kind": "group", "groups": 4}},
}
"""Levels of strides 4 and 8."""


def things(*rows: tuple[float, ...], most: int = 4) -> Tensor:
    """The truth about one image."""
    found = torch.full((1, most, 5), -1.0)
    found[0, : len(rows)] = torch.tensor(rows).reshape(-1, 5)
    return found


def answer_of(way: Fcos, y: Tensor, classes: int) -> dict[str, Tensor]:
    """What a network that knows the truth would answer."""
    goal = way.goal(y)
    sure = functional.one_hot(goal.labels.clamp(min=0), classes) * (goal.labels >= 0)[..., None]
    return {
        "cls_logits": 40.0 * sure - 20,
        "bbox_regression": goal.sides,
        "bbox_ctrness": goal.central.clamp(1e-6, 1 - 1e-6).logit()[..., None],
    }


def random_boxes(count: int, generator: torch.Generator) -> Tensor:
    corners = 20 * torch.rand(count, 2, generator=generator)
    return torch.cat([corners, corners + 10 + 10 * torch.rand(count, 2, generator=generator)], -1)


def squares(count: int, seed: int) -> Images:
    """Bright and dim squares on black."""
    random = np.random.RandomState(seed)
    x, y = np.zeros((count, 1, 32, 32), np.uint8), np.full((count, 2, 5), -1, np.float32)
    for image, truth in zip(x, y, strict=True):
        size, label = random.randint(10, 16), random.randint(2)
        left, upper = random.randint(0, 32 - size, 2)
        image[0, upper : upper + size, left : left + size] = 100 + 155 * label
        truth[0] = label, left, upper, left + size, upper + size
    return Images(x, y, classes=2, truth="boxes")
