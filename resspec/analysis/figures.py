"""The figure of a network for each thing that a budget may bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from resspec.analysis.cost import node_costs, total
from resspec.analysis.latency import graph_seconds
from resspec.analysis.memory import inference_bytes
from resspec.analysis.tables import trusted_table
from resspec.ir import Graph

FigureOf = Callable[[Graph], int]


def _count(name: str, graph: Graph) -> int:
    costs = total(node_costs(node, graph.shapes_in(node)) for node in graph if node.op.arity)
    return int(getattr(costs, name))


def latency_nanoseconds(graph: Graph) -> int:
    """What a budget on `latency` bounds, by the table in use; BudgetError where there is none, or none to trust."""
    return round(1e9 * graph_seconds(graph, trusted_table()))


FIGURES: Final[Mapping[str, FigureOf]] = MappingProxyType(
    {
        **{name: partial(_count, name) for name in ("params", "macs", "flops", "activations")},
        "memory": inference_bytes,
        "latency": latency_nanoseconds,
    }
)
"""By the names of `spec/budgets.py`: counts, bytes, nanoseconds; of one image."""
