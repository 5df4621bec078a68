"""Cells: the smallest boxes of a drawing. A convolution and the norm and activation that finish it are one cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from resspec.export.drawing.labels import SIGNS, follows, label, norm, product, word
from resspec.ir import Graph, Node, Shape

NONE: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Load:
    """What a box costs, for colours: learned elements, multiply-accumulates, outputs of convolutions and products,
    bytes."""

    params: int = 0
    macs: int = 0
    activations: int = 0
    memory: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(
            self.params + other.params,
            self.macs + other.macs,
            self.activations + other.activations,
            self.memory + other.memory,
        )

    def times(self, count: int) -> Load:
        """The load of equal boxes."""
        return Load(count * self.params, count * self.macs, count * self.activations, count * self.memory)


@dataclass(frozen=True, slots=True)
class Cell:
    """Ops in a row that are drawn as one box: its role (`conv`, `dense`, `pool`, `join`, `other`), a title, the ops
    that finish it, its output shape and load, and the cells it reads."""

    key: str
    site: str
    role: str
    title: str
    finish: tuple[str, ...]
    shape: Shape
    load: Load
    inputs: tuple[str, ...]
    maps: int = 1
    """The number of maps that its modules run on."""

    @property
    def sign(self) -> str:
        """What stands in the circle of a join; empty for other cells."""
        return SIGNS.get(self.title, "")


def cells_of(graph: Graph, memory: Mapping[str, int] = NONE) -> tuple[Cell, ...]:
    """The cells of a graph in schedule order, with the bytes of its nodes; the input is none."""
    cells: dict[str, Cell] = {}
    owner: dict[str, str] = {}
    for node in graph:
        if node.op.arity == 0:
            continue
        reads = tuple(dict.fromkeys(owner.get(name, "") for name in read(node) if not graph[name].op.within()))
        if node.shares:
            own = owner[node.name] = owner[node.shares]
            cells[own] = _again(cells[own], reads, load_of(graph, node, memory), node.shares == own)
            continue
        source = owner.get(node.inputs[0], "")
        if source and _joins(graph, node, cells[source]):
            cell = cells[source]
            load = cell.load + load_of(graph, node, memory)
            cells[source] = replace(cell, finish=(*cell.finish, word(node)), shape=node.shape, load=load)
            owner[node.name] = source
            continue
        load = load_of(graph, node, memory)
        cells[node.name] = Cell(node.name, node.site, _role(node), label(graph, node), (), node.shape, load, reads)
        owner[node.name] = node.name
    return tuple(cells.values())


def read(node: Node) -> tuple[str, ...]:
    """The operands whose values a node reads; of a map that is brought to another's size, itself alone."""
    return node.inputs[:1] if node.op.likened else node.inputs


def _again(cell: Cell, reads: tuple[str, ...], load: Load, first: bool) -> Cell:
    """A cell that runs on one map more (where its first op does), reading from other cells."""
    others = tuple(name for name in reads if name != cell.key)
    inputs = tuple(dict.fromkeys((*cell.inputs, *others)))
    return replace(cell, load=cell.load + load, inputs=inputs, maps=cell.maps + first)


def _joins(graph: Graph, node: Node, cell: Cell) -> bool:
    """Whether a node finishes the cell that it reads, which nothing else reads."""
    alone = len(graph.consumers[node.inputs[0]]) == 1 and node.inputs[0] not in graph.exits
    return alone and cell.site == node.site and follows(graph, node) and cell.title != "split"


def _role(node: Node) -> str:
    if product(node):
        return "conv" if len(node.op.one(node.shape)) == 3 else "dense"
    if len(read(node)) > 1:
        return "join"
    return "pool" if node.op.window().kernel != 1 and not norm(node) else "other"


def load_of(graph: Graph, node: Node, memory: Mapping[str, int]) -> Load:
    """The load of one op."""
    work = node.op.work(graph.shapes_in(node), node.shape)
    learned = sum(weight.elements for weight in node.weights if weight.learned)
    return Load(learned, work.macs, work.activations, memory.get(node.name, 0))
