"""Detectors of two steps, whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Op, Shape, Value
from resspec.ir.ops import Boxes, ByImage, RoIAlign
from resspec.parts.base import part_field
from resspec.parts.dense import Heads, Kit, Region, Sight, Width, placed
from resspec.parts.towers import QUIET, proposing
from resspec.record import Listed, refusal

BOXES = "boxes"
"""The input of regions."""


class RegionDetector(Heads):
    """A region proposal network over all levels of a neck, and layers on the maps that given boxes cut out of its
    largest levels: Faster R-CNN (arXiv:1506.01497), Mask R-CNN (arXiv:1703.06870). The net has a second input, `boxes`
    (R, 4): left, upper, right and lower edge in pixels. Which they are, is chosen outside of it, from what the proposal
    network says; any number will do when it runs, and costs are those of `proposals`."""

    kind: ClassVar[str] = "rcnn"

    classes: Annotated[int, Field(ge=1)] = 91
    """Number of classes, background among them."""
    proposals: Annotated[int, Field(ge=1)] = 1000
    """Boxes of an image, as costs have them."""
    anchors: Annotated[int, Field(ge=1)] = 3
    """Anchors at each place."""
    depth: Annotated[int, Field(ge=0)] = 1
    """Convolutions of the proposal network."""
    levels: Width = 4
    """Levels that regions are cut out of at most, from the largest; the others serve the proposal network alone."""
    regions: Annotated[tuple[Annotated[Region, part_field(Region)], ...], Listed] = Field(
        default_factory=lambda: (Region.read("boxes"),)
    )
    """What is told of each region, each kind once; one at least."""

    @field_validator("regions")
    @classmethod
    def _each_once(cls, regions: tuple[Region, ...]) -> tuple[Region, ...]:
        kinds = [region.kind for region in regions]
        if not kinds:
            raise refusal("regions_missing", "nothing is told of regions", "name one at least: [boxes]")
        if twice := next((kind for kind in kinds if kinds.count(kind) > 1), ""):
            raise refusal("region_twice", f"{twice} are told of a region twice", "take one away")
        return regions

    def asked(self, image: Shape) -> Mapping[str, Op]:
        """The boxes."""
        return {BOXES: Boxes(self.proposals, *image[1:])}

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """Scope rpn on each level, then a scope for each kind of region: pool, and its own layers. Outputs
        `objectness.p2` and `deltas.p2` of every level, and those of the regions, (R, …)."""
        boxes, levels = sight.given[BOXES], list(sight.levels.values())[: self.levels]
        first = octave(levels, sight.image)
        outputs = proposing(b, sight.levels, self.anchors, self.depth, kit, QUIET)
        for region in self.regions:
            with placed(b, region.kind, type(region).__name__, region.about(), region.kind):
                pool = RoIAlign(len(levels), first, region.size, region.samples)
                x = b.add("pool", pool, *levels, boxes)
                for name, y in region.lay(b, x, self.classes, kit).items():
                    outputs[name] = b.add(f"{name}_rows", ByImage(), y, boxes)
        return outputs


def octave(levels: Sequence[Value], image: Value) -> int:
    """log2 of the largest level's stride; GraphError unless each level's stride is twice that of the one before."""
    octaves = [round(math.log2(max(image.shape[1:]) / max(level.shape[1:]))) for level in levels]
    if any(after != before + 1 for before, after in pairwise(octaves)):
        strides = ", ".join(str(2**octave) for octave in octaves)
        law = f"regions are cut out of levels each of twice the stride before, and these have {strides}"
        raise GraphError(Fault("RS306", law, node=Heads.family, remedy="set heads.levels to those that do"))
    return octaves[0]
