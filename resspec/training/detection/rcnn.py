"""Faster R-CNN: anchors propose boxes, and these are judged by the maps that they cut out (arXiv:1506.01497)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

from resspec.errors import DataError
from resspec.training.detection.proposals import proposals, rows_of, small
from resspec.training.detection.retinanet import BETA, SHAPES, answering, coded, decoded
from resspec.training.detection.way import NOTHING, UNCOUNTED, Network, Way, inside

OVERLAP = 0.5
"""IoU above which the worse of two boxes of a class falls."""
SMALLEST = 1e-2
"""Sides in pixels below which nothing was found."""
UNITS = (0.1, 0.1, 0.2, 0.2)
"""What a region's codes are multiplied with: the deviations of such codes (arXiv:1504.08083)."""
COVERED, FREE = 0.7, 0.3
"""IoUs from which an anchor answers for a thing, and below which it answers for none; between them it is spared."""
MEETS = 0.5
"""IoU from which a region answers for a thing, and below which it is background."""
ANCHORS, REGIONS = 0.5, 0.25
"""Shares of the anchors and of the regions of an image that answer for something, as the losses have it."""
PROPOSED = "boxes"
"""The name, beside a network's outputs, of the boxes that it was given."""


class Rcnn(Way):
    """The training and reading of heads of kind `rcnn` that judge boxes: in images of a height and width, with so many
    anchors at each place and so many proposals."""

    overlap = OVERLAP

    def __init__(self, size: tuple[int, int], anchors: int, count: int) -> None:
        if anchors not in SHAPES:
            message = f"there is no rule for {anchors} anchors at a place"
            raise DataError.of("RS659", message, remedy=f"set heads.anchors to one of {', '.join(map(str, SHAPES))}")
        self.size, self.count = size, count

    def answer(self, network: Network, x: Tensor, y: Tensor | None) -> Mapping[str, Tensor]:
        """The network's outputs, and the boxes [B, R, 4] that it proposed and was then given; while it learns, those of
        things among them. It runs twice, first on the whole image as one region: what proposes does not learn by what
        is made of its boxes. The first run leaves no trace in running statistics, for the second sees the images."""
        whole = x.new_tensor([0, 0, x.shape[3], x.shape[2]]).expand(len(x), 1, 4)
        with torch.no_grad(), untouched(network):
            boxes = proposals(network(x, whole), self.size, self.count)
        if y is not None:
            boxes = torch.cat([boxes, y[..., 1:] * (y[..., :1] >= 0)], 1)
        return {**network(x, boxes.to(x.dtype)), PROPOSED: boxes}

    def losses(self, answer: Mapping[str, Tensor], y: Tensor) -> Tensor:
        """Cross-entropies and smooth L1 losses of codes, of anchors and of regions: means over those that answer for
        something and over the others, at the shares of each that the paper draws. Each image is taken by itself."""
        return self.proposing(answer, y) + self.judging(answer, y)

    def proposing(self, answer: Mapping[str, Tensor], y: Tensor) -> Tensor:
        """The losses of the anchors [B]."""
        every = zip(*rows_of(answer, self.size), strict=True)
        logits, codes, anchors = (torch.cat(each, dim) for each, dim in zip(every, (1, 1, 0), strict=True))
        labels, boxes = answering(anchors, y, COVERED, FREE)
        there = (labels >= 0).to(logits.dtype)
        entropy = functional.binary_cross_entropy_with_logits(logits, there, reduction="none")
        off = functional.smooth_l1_loss(codes, coded(boxes, anchors), beta=BETA, reduction="none").sum(-1)
        return shared(entropy, off, labels, ANCHORS)

    def judging(self, answer: Mapping[str, Tensor], y: Tensor) -> Tensor:
        """The losses of the regions [B]."""
        given = answer[PROPOSED]
        labels, boxes = answering(given, y, MEETS, MEETS)
        labels = torch.where(small(given), UNCOUNTED, labels)
        kinds = (labels + 1).clamp(min=0)  # 0 is the background
        entropy = functional.cross_entropy(answer["cls_score"].float().mT, kinds, reduction="none")
        codes = answer["bbox_pred"].float().unflatten(-1, (-1, 4))
        codes = codes.gather(2, kinds[..., None, None].expand(-1, -1, 1, 4))[:, :, 0]
        sound = torch.where(small(given)[..., None], torch.tensor([0.0, 0, 1, 1], device=given.device), given)
        goal = coded(boxes, sound) / torch.tensor(UNITS, device=codes.device)
        off = functional.smooth_l1_loss(codes, goal, beta=1.0, reduction="none").sum(-1)
        return shared(entropy, off, labels, REGIONS)

    def answers(self, answer: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """The classes' probabilities, and each class's box."""
        return judged(answer, answer[PROPOSED], self.size)


@contextmanager
def untouched(network: Network) -> Iterator[None]:
    """Give a network's buffers (running statistics, singular vectors) back as they were, where runs move them."""
    moving = isinstance(network, nn.Module) and network.training
    kept = [(buffer, buffer.clone()) for buffer in network.buffers()] if moving else []  # type: ignore[attr-defined]
    yield
    for buffer, before in kept:
        buffer.copy_(before)


def judged(answer: Mapping[str, Tensor], boxes: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """What `cls_score` [B, R, classes] and `bbox_pred` [B, R, 4 classes] make of proposals [B, R, 4] in images of a
    height and width: probabilities [B, R, classes - 1], without the background's, and boxes [B, R, classes - 1, 4], cut
    off at the edges. Where a box has no area nothing is."""
    shares = answer["cls_score"].float().softmax(-1)[..., 1:]
    codes = answer["bbox_pred"].float().unflatten(-1, (-1, 4))[:, :, 1:]
    codes = codes * torch.tensor(UNITS, device=codes.device)
    moved = inside(decoded(codes, boxes[:, :, None]), size)
    return shares.masked_fill(small(moved, SMALLEST) | small(boxes)[..., None], 0), moved


def shared(entropy: Tensor, off: Tensor, labels: Tensor, share: float) -> Tensor:
    """The losses of each image [B]: of rows [B, rows] that answer for something the mean of both, at a share; of those
    that answer for nothing the mean of the entropies, at the rest."""

    def mean(losses: Tensor, counted: Tensor) -> Tensor:
        return (losses * counted).sum(1) / counted.sum(1).clamp(min=1)

    return share * mean(entropy + off, labels >= 0) + (1 - share) * mean(entropy, labels == NOTHING)
