"""The course of backward: gradients of activations come alive while what forward kept is given up."""

from __future__ import annotations

from collections.abc import Mapping

from resspec.analysis.backward import FULL, Holding
from resspec.ir import Node

PASSING = frozenset(("add", "flatten", "to_row", "from_row"))
"""Kinds that hand the gradient of their output on as it is."""


def backward_peak(holding: Holding, kept: Mapping[str, int], again: Mapping[str, int], images: int) -> int:
    """The highest sum, in bytes, of what forward kept, gradients of activations, and gradients of parameters so far.

    `kept` are the bytes that each node gave forward to keep; `again` those that a node of a recomputed block keeps once
    its block has run again, just before the block runs backward."""
    course = _Course(holding, images)
    held = best = sum(kept.values())
    blocks: dict[str, int] = {}
    for name, size in again.items():
        site = holding.graph[name].site
        blocks[site] = blocks.get(site, 0) + size
    for node in reversed([node for node in holding.graph if node.op.arity]):
        held += blocks.pop(node.site, 0)
        own = FULL * sum(weight.elements for weight in node.weights if weight.trained)
        best = max(best, held + own + course.step(node))
        held += own - kept.get(node.name, 0) - again.get(node.name, 0)
        course.finish(node)
    return best


class _Course:
    """Gradients that are alive, by value; values that share a gradient count once."""

    def __init__(self, holding: Holding, images: int) -> None:
        self.holding = holding
        self.images = images
        self.gradients: dict[str, int] = {}
        self.sizes: dict[int, int] = {}
        for name in holding.graph.exits:
            self.give(name)

    def give(self, name: str, shared: int | None = None) -> None:
        """The gradient of a value: a new tensor, or one that another value has."""
        number = len(self.sizes) if shared is None else shared
        self.sizes.setdefault(number, self.images * self.holding.bytes(name))
        self.gradients[name] = number

    def step(self, node: Node) -> int:
        """Run an op backward; the bytes of gradients alive while it runs."""
        own = self.gradients[node.name]
        added = 0
        for source in dict.fromkeys(node.inputs):
            if self.holding.graph[source].op.arity == 0:
                continue
            passes = node.op.kind in PASSING
            if source not in self.gradients:
                self.give(source, own if passes else None)
            else:  # a second branch: its part is added to the gradient that is there
                added += self.images * self.holding.bytes(source)
                self.give(source)
        return added + sum(self.sizes[number] for number in set(self.gradients.values()))

    def finish(self, node: Node) -> None:
        """The gradient of an output is done with when its op has run backward."""
        del self.gradients[node.name]
