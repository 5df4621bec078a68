"""The memory that inference needs: which outputs are alive while each operation runs.

A value lives until its last reader is done, and longer where the emitted Python holds it: a submodule holds what it was
given until it returns, and a variable holds its value until another takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from resspec.analysis.functions import Function, functions
from resspec.analysis.storage import Mode, elements, storages
from resspec.ir import Graph


@dataclass(frozen=True, slots=True)
class Peak:
    """The most elements alive at once, of one image and (`batch`) of what does not depend on the batch, and the
    operation that runs then."""

    image: int
    batch: int
    node: str

    def elements(self, images: int) -> int:
        """The elements of a batch."""
        return self.image * images + self.batch


def peak(graph: Graph, images: int = 1, inplace: bool = True) -> Peak:
    """The peak of a forward pass in eval mode without autograd; input and results count, parameters do not."""
    return max(occupied(graph, inplace), key=lambda now: now.elements(images), default=Peak(0, 0, ""))


def occupied(graph: Graph, inplace: bool = True) -> Iterator[Peak]:
    """What is alive while each operation runs, in the order of the schedule."""
    order = {node.name: place for place, node in enumerate(graph)}
    ends = _ends(graph, order)
    owners = storages(graph, Mode(inplace=inplace))
    release: dict[str, int] = {}
    for name, owner in owners.items():
        release[owner] = max(release.get(owner, 0), ends[name])
    dying: dict[int, list[str]] = {}
    for owner, end in release.items():
        dying.setdefault(end, []).append(owner)
    alive = 0
    for place, node in enumerate(graph):
        if owners[node.name] == node.name:
            alive += elements(graph, node.name)
        image, batch = node.op.scratch(graph.shapes_in(node), node.shape) if node.op.arity else (0, 0)
        yield Peak(alive + image, batch, node.name)
        alive -= sum(elements(graph, owner) for owner in dying.get(place, ()))


def _ends(graph: Graph, order: dict[str, int]) -> dict[str, int]:
    """For every value the last place in the schedule at which it is alive."""
    ends = dict(order)
    for name in (*graph.exits, *(node.name for node in graph.inputs)):
        ends[name] = len(order) - 1  # results leave with the caller, who holds the input
    for function in functions(graph):
        for name, end in _held(function, order).items():
            ends[name] = max(ends[name], end)
    return ends


def _held(function: Function, order: dict[str, int]) -> dict[str, int]:
    """How long a function holds the values it reads. A value inside a statement dies behind the call that reads it;
    a variable lives until another value takes its name, else until the function returns."""
    last = {value: place for place, statement in enumerate(function.statements) for value in statement.reads}
    held: dict[str, int] = {}
    variables: list[str] = []
    for place, statement in enumerate(function.statements):
        for call in statement.calls:
            for value in call.reads:
                held[value] = order[call.last]
        own = [value for value in statement.reads if last[value] == place]
        dead = [*own, *(value for value in variables if last.get(value, -1) < place)]
        for value in statement.reads:
            held[value] = order[statement.calls[-1].last]
        variables = [value for value in variables if value not in dead[:1]] + [*statement.gives]
    end = order[function.statements[-1].calls[-1].last]
    return held | dict.fromkeys((value for value in variables if value in last), end)
