"""Receptive fields, strides and feature sizes, exact: a reading of the windows that operations state.

With jump j (input pixels between neighbouring outputs) and the pixels first..last that output 0 sees, a window
(k, s, p, d) gives j' = s j, first' = first - p j, last' = last + (d (k - 1) - p) j (arXiv:1603.07285); branches that
join see the union. Behind an op that resizes a map, elements see differently far; the reach is the union over the
places that one input element becomes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from resspec.ir import Graph, Node, Shape
from resspec.ir.op import Window

ELEMENTWISE = Window()


@dataclass(frozen=True, slots=True)
class Reach:
    """What one output element sees of an input axis: output i sees pixels `first + i jump` to `last + i jump`; `whole`
    where an operation also gave it a look at the whole map (a global pool, group statistics)."""

    first: int = 0
    last: int = 0
    jump: int = 1
    whole: bool = False

    @property
    def size(self) -> int:
        """Pixels from the first to the last that sliding windows see."""
        return self.last - self.first + 1

    def joined(self, other: Reach) -> Reach:
        """The union of two branches; maps of one size have one jump, but for maps of one element."""
        jump = max(self.jump, other.jump)
        return Reach(min(self.first, other.first), max(self.last, other.last), jump, self.whole or other.whole)


@dataclass(frozen=True, slots=True)
class Feature:
    """A named feature map: its channels and size, the input pixels between neighbours (`stride`), the side of its
    receptive field by sliding windows (`field`), the pixel where the first field begins (`start`, below 0 in padding),
    and whether gates or norms let every element see the `whole` map."""

    name: str
    channels: int
    height: int
    width: int
    stride: int
    field: int
    start: int
    whole: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "name": self.name,
            "channels": self.channels,
            "height": self.height,
            "width": self.width,
            "stride": self.stride,
            "field": self.field,
            "start": self.start,
            "whole": self.whole,
        }


def reaches(graph: Graph) -> dict[str, Reach]:
    """The reach of every node, along rows and columns alike; nodes behind the maps keep the last one."""
    found: dict[str, Reach] = {}
    for node in graph:
        if node.inputs and node.op.window().neighbours:
            found[node.name] = _resized(found[node.inputs[0]], graph.shapes_in(node)[0], node)
        elif len(node.inputs) == 1:
            found[node.name] = _through(node, found[node.inputs[0]])
        elif node.inputs:
            merged = _joined([found[source] for source in node.inputs], graph.shapes_in(node))
            found[node.name] = _through(node, merged)
        else:
            found[node.name] = Reach()
    return found


def _joined(sources: list[Reach], shapes: tuple[Shape, ...]) -> Reach:
    """The union over operands with the largest map; smaller ones (factors for channels) were pooled from it all."""
    sizes = [shape[1] * shape[2] if len(shape) == 3 else 1 for shape in shapes]
    lead = [reach for reach, size in zip(sources, sizes, strict=True) if size == max(sizes)]
    merged = reduce(Reach.joined, lead)
    return replace(merged, whole=any(reach.whole for reach in sources))


def _through(node: Node, reach: Reach) -> Reach:
    """The reach behind an op's window."""
    window = node.op.window()
    if window.kernel == 0:
        return reach if reach.whole else replace(reach, whole=True)
    if len(node.shape) != 3 or window == ELEMENTWISE:
        return reach
    first = reach.first - window.padding * reach.jump
    last = reach.last + (window.dilation * (window.kernel - 1) - window.padding) * reach.jump
    return Reach(first, last, reach.jump * window.stride, reach.whole)


def _resized(reach: Reach, before: Shape, node: Node) -> Reach:
    """The reach behind an op that makes each element of so many neighbours of the first operand."""
    jump = max(1, round(reach.jump * before[1] / node.shape[1]))
    more = (node.op.window().neighbours - 1) * reach.jump
    return Reach(reach.first - more - max(0, reach.jump - jump), reach.last + more, jump, reach.whole)


def features_of(graph: Graph) -> tuple[Feature, ...]:
    """The feature maps that may be taken by name: the stem, each stage, what the head reads."""
    seen = reaches(graph)
    found = []
    for name, source in graph.taps.items():
        shape = graph[source].shape
        if len(shape) == 3:
            reach = seen[source]
            found.append(Feature(name, *shape, reach.jump, reach.size, reach.first, reach.whole))
    return tuple(found)
