"""The figure of a network for each thing that a budget may bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from resspec.analysis.cost import node_costs, total
from resspec.analysis.latency import Table, op_nanoseconds
from resspec.analysis.memory import inference_bytes
from resspec.analysis.tables import trusted_table
from resspec.ir import Graph

FigureOf = Callable[[Graph], int]


def _count(name: str, graph: Graph) -> int:
    costs = total(node_costs(node, graph.shapes_in(node)) for node in graph if node.op.arity)
    return int(getattr(costs, name))


def latency_nanoseconds(graph: Graph, table: Table | None = None) -> int:
    """What a budget on `latency` bounds, by a table, else by the one in use; BudgetError where there is none, or none
    to trust."""
    rates = table or trusted_table()
    return sum(op_nanoseconds(node.op, graph.shapes_in(node), node.shape, rates) for node in graph if node.op.arity)


FIGURES: Final[Mapping[str, FigureOf]] = MappingProxyType(
    {
        **{name: partial(_count, name) for name in ("params", "macs", "flops", "activations")},
        "memory": inference_bytes,
        "latency": latency_nanoseconds,
    }
)
"""By the names of `spec/budgets.py`: counts, bytes, nanoseconds; of one image."""
