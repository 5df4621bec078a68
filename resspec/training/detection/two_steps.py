"""Detectors of two steps, whole: what the proposal network proposes is judged by the other layers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.ir import Graph
from resspec.parts.dense_heads.rcnn import RegionDetector
from resspec.passes import behind
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.training.detection.proposals import proposals
from resspec.training.detection.rcnn import OVERLAP, SMALLEST, judged
from resspec.training.detection.retinanet import SHAPES
from resspec.training.detection.way import NOTHING, Found, best_of


@dataclass(frozen=True, slots=True)
class FoundRegions:
    """What was found in images: boxes, scores, and labels, which are classes (0 is the background, so from 1 on); where
    the network tells them, of each box the mask [B, most, S, S], from 0 to 1, and key points [B, most, K, 3], each
    across, down, and its logit."""

    found: Found
    masks: Tensor | None = None
    points: Tensor | None = None


class TwoSteps:
    """A detector with heads of kind `rcnn` and its weights. The model's tensors serve, they are not copied."""

    def __init__(self, spec: NetSpec, model: nn.Module) -> None:
        """DataError where the heads are of another kind, or there is no rule for their anchors."""
        heads = getattr(resolve(spec).dense, "heads", None)
        if not isinstance(heads, RegionDetector):
            message = f"{spec.name} is no detector of two steps"
            raise DataError.of("RS659", message, remedy="name one with heads: rcnn")
        if heads.anchors not in SHAPES:
            message = f"there is no rule for {heads.anchors} anchors at a place"
            raise DataError.of("RS659", message, remedy=f"set heads.anchors to one of {', '.join(map(str, SHAPES))}")
        graph = compile_spec(spec)
        outputs = graph.outputs
        self.heads = heads
        self.names = [name.partition(".")[2] for name in outputs if name.startswith("objectness.")]
        first = {name: node for name, node in outputs.items() if name.partition(".")[2] in self.names}
        levels = {name: graph.taps[name] for name in self.names[: heads.levels]}
        judged = {name: outputs[name] for name in ("cls_score", "bbox_pred") if name in outputs}
        shown = {name: outputs[name] for name in ("masks", "keypoints") if name in outputs}
        if not judged:
            raise DataError.of("RS659", f"{spec.name} judges no boxes", remedy="add `boxes` to heads.regions")
        self.first = module_of(graph.select(first | levels), model)
        self.second = module_of(behind(graph, levels, judged), model)
        self.third = module_of(behind(graph, levels, shown), model) if shown else None

    @torch.no_grad()
    def __call__(self, images: Tensor) -> FoundRegions:
        """What is in normalised images [B, 3, H, W]."""
        size = (images.shape[2], images.shape[3])
        answer = self.first(images)
        levels = [answer[name] for name in self.names[: self.heads.levels]]
        boxes = proposals(answer, size, self.heads.proposals)
        found = best_of(*judged(self.second(*levels, boxes.to(images.dtype)), boxes, size), OVERLAP)
        found = replace(found, labels=torch.where(found.labels == NOTHING, NOTHING, found.labels + 1))
        if self.third is None:
            return FoundRegions(found)
        most = int((found.labels != NOTHING).sum(1).max())
        kept = found.boxes[:, :most]
        shown = self.third(*levels, kept.to(images.dtype))
        masks, maps = shown.get("masks"), shown.get("keypoints")
        return FoundRegions(
            found,
            None if masks is None else of_label(masks.float(), found.labels[:, :most]).sigmoid(),
            None if maps is None else points_of(maps.float(), kept),
        )


def module_of(graph: Graph, model: nn.Module) -> nn.Module:
    """A part of a model in eval mode, with the model's own tensors."""
    part = build_module(source_of(graph), device="meta")
    state = model.state_dict()
    part.load_state_dict({name: state[name] for name in part.state_dict()}, assign=True)
    for name, _ in [pair for pair in part.named_buffers() if pair[1].is_meta]:  # not of the state_dict
        owner, _, leaf = name.rpartition(".")
        setattr(part.get_submodule(owner), leaf, model.get_buffer(name))
    return part.eval()


def of_label(masks: Tensor, labels: Tensor) -> Tensor:
    """Of masks for each class [B, n, classes, S, S] those of the labels [B, n]: [B, n, S, S]."""
    at = labels.clamp(min=0)[..., None, None, None].expand(-1, -1, 1, *masks.shape[3:])
    return masks.gather(2, at)[:, :, 0]


def points_of(maps: Tensor, boxes: Tensor) -> Tensor:
    """The middle of the highest cell of each map [B, n, K, S, S] over its box [B, n, 4]: across, down, its value."""
    value, at = maps.flatten(3).max(-1)
    cells = torch.stack([at % maps.shape[4], at // maps.shape[4]], -1) + 0.5
    low, sides = boxes[:, :, None, :2], (boxes[..., 2:] - boxes[..., :2])[:, :, None]
    sizes = torch.tensor([maps.shape[4], maps.shape[3]], device=maps.device)
    return torch.cat([low + cells / sizes * sides, value[..., None]], -1)


def pasted(masks: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Masks [n, S, S] of boxes [n, 4] where they lie in an image of a height and width: [n, height, width], 0 outside
    of the boxes, interpolated inside."""
    along = []
    for axis, pixels in ((0, size[1]), (1, size[0])):
        low, high = boxes[:, axis, None], boxes[:, axis + 2, None]
        middles = torch.arange(pixels, device=boxes.device) + 0.5
        along.append((middles - low) / (high - low).clamp(min=SMALLEST) * 2 - 1)
    across, down = (each.unsqueeze(axis).expand(-1, *size) for each, axis in zip(along, (1, 2), strict=True))
    grid = torch.stack([across, down], -1)
    found = functional.grid_sample(masks[:, None], grid, padding_mode="border", align_corners=False)[:, 0]
    return found.masked_fill(grid.abs().amax(-1) > 1, 0)
