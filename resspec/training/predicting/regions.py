"""What detectors of two steps find: boxes, masks and key points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from resspec.spec.net import NetSpec
from resspec.training.data.framing import Fit
from resspec.training.detection.two_steps import FoundRegions, TwoSteps, pasted
from resspec.training.predicting.detection import Thing, ThingPredictor, within
from resspec.training.predicting.drawing import Cut
from resspec.training.predicting.predictor import Question

INSIDE = 0.5
"""Value of a mask from which a pixel belongs to its thing."""


class TwoStep(ThingPredictor):
    """Heads of kind `rcnn`. Classes are told from 0 on, as data sets count them, without the background."""

    def __init__(self, spec: NetSpec, classes: int, question: Question) -> None:
        """`classes` without the background."""
        super().__init__(spec.input, classes, question)
        self._spec = spec

    def network(self, model: nn.Module) -> Callable[[Tensor], FoundRegions]:
        """Both steps."""
        return TwoSteps(self._spec, model)

    def things(self, answer: FoundRegions, fit: Fit, size: tuple[int, int]) -> Iterator[Thing]:
        """What was found, carried to the picture."""
        for place, label, score, edges in self.kept(answer.found, fit, size):
            points = None
            if answer.points is not None:
                told = answer.points[0, place].double().cpu().numpy()
                places = zip(fit.back(told[:, :2]).tolist(), told[:, 2].tolist(), strict=True)
                points = [(across, down, logit) for (across, down), logit in places]
            mask = None if answer.masks is None else cut_of(answer.masks[0, place], edges, size)
            yield Thing(label - 1, self.names[label - 1], score, within(edges, size), mask, points)


def cut_of(mask: Tensor, edges: NDArray[Any], size: tuple[int, int]) -> Cut:
    """The pixels of a picture of a width and height in a mask [S, S] of a box there."""
    left, upper, right, lower = within(edges, size)
    first, top = math.floor(left), math.floor(upper)
    wide, high = math.ceil(right) - first, math.ceil(lower) - top
    box = torch.from_numpy(edges - np.array([first, top, first, top]))[None].to(mask)
    return Cut(first, top, (pasted(mask[None], box, (high, wide))[0] >= INSIDE).cpu().numpy())
