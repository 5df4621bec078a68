"""Which tensors share memory: views and results written in place live in the storage of their first operand."""

from __future__ import annotations

import math
from dataclasses import dataclass

from resspec.ir import Graph


@dataclass(frozen=True, slots=True)
class Mode:
    """How a module runs: `training` draws masks and keeps tensors for backward; `inplace` writes over operands where
    the emitted module does."""

    training: bool = False
    inplace: bool = True


def storages(graph: Graph, mode: Mode) -> dict[str, str]:
    """For every node the node that owns its memory."""
    owners: dict[str, str] = {}
    for node in graph:
        view = node.op.aliases and not (mode.training and node.op.random)
        shares = view or (mode.inplace and graph.may_overwrite(node.name))
        owners[node.name] = owners[node.inputs[0]] if shares else node.name
    return owners


def elements(graph: Graph, name: str) -> int:
    """The elements of one image in a node's output, each as large as a float32: a whole number counts twice."""
    node = graph[name]
    return math.prod(node.shape) * (2 if node.op.below() else 1)
