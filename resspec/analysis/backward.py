"""What autograd keeps between forward and backward: distinct storages, parameters and buffers left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resspec.analysis.storage import Mode, elements, storages
from resspec.ir import Graph, Node

INDEX_BYTES = 8
FULL = 4
"""Bytes of a float32."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes kept for backward: of each image, and of the whole batch whatever its size."""

    image: int = 0
    batch: int = 0

    def bytes(self, images: int) -> int:
        """The bytes of a batch."""
        return self.image * images + self.batch

    def __add__(self, other: Kept) -> Kept:
        return Kept(self.image + other.image, self.batch + other.batch)


@dataclass(frozen=True)
class Holding:
    """A network in training: who owns each value's memory, and the bytes of one of its elements."""

    graph: Graph
    owners: Mapping[str, str]
    widths: Mapping[str, int]

    @classmethod
    def of(cls, graph: Graph, autocast: int = FULL, inplace: bool = True) -> Holding:
        """With float32 parameters; `autocast` is the bytes of the type that convolutions and products run in."""
        widths: dict[str, int] = {}
        for node in graph:
            widest = max((widths[source] for source in node.inputs), default=FULL)
            widths[node.name] = {"low": autocast, "full": FULL, "promoted": FULL, "widest": widest}[node.op.precision]
        return cls(graph, storages(graph, Mode(training=True, inplace=inplace)), widths)

    def bytes(self, name: str) -> int:
        """The bytes of one image in a value."""
        return self.widths[name] * elements(self.graph, name)

    def kept(self) -> dict[str, Kept]:
        """What each node adds to that which is kept: storages that no node before it kept, and what is its own. What is
        made of the image before anything is learned has no gradient, and keeps nothing."""
        known: set[str] = set()
        learning: set[str] = set()
        for node in self.graph:
            if any(weight.trained for weight in node.op.weights()) or not learning.isdisjoint(node.inputs):
                learning.add(node.name)
        return {
            node.name: self._added(node, known) if node.name in learning else Kept()
            for node in self.graph
            if node.op.arity
        }

    def _added(self, node: Node, known: set[str]) -> Kept:
        saved = node.op.saves(self.graph.shapes_in(node), node.shape)
        width, narrow = self.widths[node.name], self.widths[node.inputs[0]]
        image = width * saved.extra + narrow * saved.narrow + INDEX_BYTES * saved.indices
        if saved.floated and narrow != FULL:
            image += FULL * elements(self.graph, node.inputs[0])
        owned = [self.owners[node.name]] if saved.output else []
        for value in (node.inputs[place] for place in saved.inputs):
            if node.op.precision in ("low", "full") and self.widths[value] != width:
                image += width * elements(self.graph, value)  # the copy that autocast made
            else:
                owned.append(self.owners[value])
        fresh = [name for name in dict.fromkeys(owned) if name not in known]
        known.update(fresh)
        kernels = saved.kernels or (matrices(node) if width != FULL else 0)
        return Kept(image + sum(self.bytes(name) for name in fresh), FULL * saved.shared + width * kernels)


def matrices(node: Node) -> int:
    """Elements of the kernels and matrices that autocast copies, once where several nodes share them."""
    if node.op.precision != "low":
        return 0
    return sum(weight.elements for weight in node.weights if weight.learned and weight.name == "weight")


def kept(graph: Graph, autocast: int = FULL, inplace: bool = True) -> Kept:
    """What the whole network keeps."""
    return sum(Holding.of(graph, autocast, inplace).kept().values(), Kept())
