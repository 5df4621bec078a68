"""Cutting: the part of a network that begins at some of its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from resspec.ir import Graph, Node, verify
from resspec.ir.ops import Input


def behind(graph: Graph, given: Mapping[str, str], outputs: Mapping[str, str]) -> Graph:
    """The network that makes `outputs` (names and nodes) of values that are `given` instead of made (names of inputs,
    and the nodes whose values they stand for). Its tensors are those of the whole, under the same names."""
    stands = {node: name for name, node in given.items()}
    wanted = set(outputs.values())
    for node in reversed(list(graph)):
        if node.name in wanted and node.name not in stands:
            wanted.update(node.inputs)
    begins = [Node(name, Input(graph[node].shape), (), graph[node].shape) for name, node in given.items()]
    kept = [
        replace(node, inputs=tuple(stands.get(source, source) for source in node.inputs))
        for node in graph
        if node.name in wanted and node.name not in stands
    ]
    found = {name: stands.get(node, node) for name, node in outputs.items()}
    scopes = {
        name: scope for name, scope in graph.scopes.items() if any(node.name.startswith(f"{name}.") for node in kept)
    }
    return verify(Graph.of([*begins, *kept], found, scopes, None, graph.facts))
