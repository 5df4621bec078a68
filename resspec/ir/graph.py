"""The graph: a networkx DAG of primitive operations, keyed by dotted names, with named outputs.

networkx keeps neither operand order nor parallel edges (x + x), so each node holds its operands in order; the edges
repeat them for graph algorithms. Insertion order is the schedule: every node comes after its operands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from resspec.errors import Fault, GraphError
from resspec.ir.op import Op, Shape, Weight

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class Node:
    """One op in its place: its dotted name, operands in order, output shape, and the `site` (stem, block, head) it
    belongs to. A node that `shares` runs the module of an earlier one again, with its tensors."""

    name: str
    op: Op
    inputs: tuple[str, ...]
    shape: Shape
    site: str = ""
    shares: str = ""

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The tensors that the node owns; none where it shares those of another."""
        return () if self.shares else self.op.weights()


@dataclass(frozen=True, slots=True)
class Scope:
    """A named group of nodes: what it is called when it becomes a class, its part's kind and description, and names
    for its quantities."""

    title: str
    kind: str = ""
    doc: str = ""
    hints: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """Something that a network is given: its name, its shape for one image, where it is a whole number the number that
    it lies `below` (a time step, a class), and where it is boxes the height and width that they lie `within`."""

    name: str
    shape: Shape
    below: int = 0
    within: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a network tells its users beyond its ops."""

    name: str = "net"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    doc: str = ""


@lru_cache(maxsize=65_536)
def _written(op: Op) -> str:
    """An op with its fields; equal ops are written once."""
    return repr(op)


@dataclass(frozen=True)
class Graph:
    """A network: nodes by name in schedule order, outputs by name, scopes by dotted name, and taps (named places where
    features may be taken)."""

    nodes: Mapping[str, Node]
    outputs: Mapping[str, str]
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    taps: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = Facts()

    @classmethod
    def of(
        cls,
        nodes: Iterable[Node],
        outputs: Mapping[str, str],
        scopes: Mapping[str, Scope] | None = None,
        taps: Mapping[str, str] | None = None,
        facts: Facts | None = None,
    ) -> Graph:
        """A graph from nodes in schedule order; GraphError where two of them have one name, as parts of different
        families could give theirs."""
        filed: dict[str, Node] = {}
        for node in nodes:
            if filed.setdefault(node.name, node) is not node:
                raise GraphError(Fault("RS310", f"two operations are named {node.name!r}"))
        return cls(
            MappingProxyType(filed),
            MappingProxyType(dict(outputs)),
            MappingProxyType(dict(scopes or {})),
            MappingProxyType(dict(taps or {})),
            facts or Facts(),
        )

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    @cached_property
    def net(self) -> nx.DiGraph[str]:
        """The frozen networkx DAG, whose nodes carry a `Node` each; composed when a graph algorithm first asks."""
        import networkx as nx  # noqa: PLC0415  # a tenth of a second that reports and prices need not wait for

        net: nx.DiGraph[str] = nx.DiGraph()
        net.add_nodes_from([(node.name, {"node": node}) for node in self])
        net.add_edges_from([(source, node.name) for node in self for source in node.inputs])
        frozen: nx.DiGraph[str] = nx.freeze(net)
        return frozen

    @cached_property
    def consumers(self) -> Mapping[str, tuple[str, ...]]:
        """For each node the nodes that read it, in schedule order; a node that reads it twice stands twice."""
        readers: dict[str, list[str]] = {name: [] for name in self.nodes}
        for node in self:
            for source in node.inputs:
                if source in readers:
                    readers[source].append(node.name)
        return MappingProxyType({name: tuple(names) for name, names in readers.items()})

    @cached_property
    def sharers(self) -> Mapping[str, tuple[str, ...]]:
        """For each node whose module runs more than once all nodes that run it, itself first."""
        found: dict[str, list[str]] = {}
        for node in self:
            if node.shares:
                found.setdefault(node.shares, [node.shares]).append(node.name)
        return MappingProxyType({name: tuple(names) for name, names in found.items()})

    @cached_property
    def exits(self) -> frozenset[str]:
        """The nodes that are outputs."""
        return frozenset(self.outputs.values())

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The input nodes, in order."""
        return tuple(node for node in self if node.op.arity == 0)

    @property
    def signature(self) -> tuple[Argument, ...]:
        """What the network is given, in order: the one place that says so."""
        return tuple(Argument(node.name, node.shape, node.op.below(), node.op.within()) for node in self.inputs)

    def shapes_in(self, node: Node) -> tuple[Shape, ...]:
        """The operand shapes of a node."""
        return tuple(self.nodes[source].shape for source in node.inputs)

    def may_overwrite(self, name: str) -> bool:
        """Whether a node may write its result over its first operand: torch can, nobody else reads that memory, and no
        backward needs it, wherever its module runs."""
        owner = self.nodes[name].shares or name
        return all(self._reads_alone(each) for each in self.sharers.get(owner, (name,)))

    def _reads_alone(self, name: str) -> bool:
        """Whether torch can write a node's result over its first operand, which nothing else needs."""
        node = self.nodes[name]
        if not node.op.overwrites:
            return False
        source = node.inputs[0]
        if node.inputs.count(source) > 1:
            return False
        while True:
            producer = self.nodes[source]
            if producer.op.arity == 0 or source in self.exits or len(self.consumers[source]) != 1:
                return False
            if producer.op.saves(self.shapes_in(producer), producer.shape).output:
                return False
            if not producer.op.aliases:
                return True
            source = producer.inputs[0]

    def select(self, outputs: Mapping[str, str]) -> Graph:
        """The same network with other outputs; nodes that reach none of them are left out, and boxes that
        nothing reads."""
        wanted = set(outputs.values())
        for node in reversed(list(self)):
            if node.name in wanted:
                wanted.update(node.inputs)
        kept = [node for node in self if node.name in wanted or not (node.op.arity or node.op.within())]
        taps = {tap: name for tap, name in self.taps.items() if name in wanted}
        return Graph.of(kept, outputs, self.scopes, taps, self.facts)

    def renamed(self, facts: Facts) -> Graph:
        """The same graph with other facts."""
        return replace(self, facts=facts)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over ops, wiring and outputs, names left out: 16 hex digits. Drop rates and initial values are
        fields of ops, so they count."""
        places: dict[str, int] = {}
        digest = hashlib.sha256()
        for node in self:
            places[node.name] = len(places)
            digest.update(f"({_written(node.op)}, {[places[source] for source in node.inputs]})".encode())
            if node.shares:
                digest.update(f"shares {places[node.shares]}".encode())
        digest.update(repr([places[name] for name in self.outputs.values()]).encode())
        return digest.hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: nodes with op, fields, inputs and shape; outputs; taps."""
        rows = [
            {"name": n.name, "op": repr(n.op), "inputs": list(n.inputs), "shape": list(n.shape), "site": n.site}
            | ({"shares": n.shares} if n.shares else {})
            for n in self
        ]
        return {"nodes": rows, "outputs": dict(self.outputs), "taps": dict(self.taps)}
