"""A network as one part, read from its graph."""

from __future__ import annotations

import math

from resspec.analysis.cost import Costs, node_costs, total
from resspec.compile import compile_plan
from resspec.plan import Plan
from resspec.study.part import Part, Row


def undivided(plan: Plan) -> Part:
    """A net whose parts read what others made as one part, read from its graph."""
    graph = compile_plan(plan)
    sites: dict[str, Costs] = {}
    for node in graph:
        if node.op.arity:
            sites[node.site] = sites.get(node.site, Costs()) + node_costs(node, graph.shapes_in(node))
    rows = []
    for stage in plan.stages:
        own = {site: costs for site, costs in sites.items() if site.partition(".")[0] == stage.name}
        channels, *sides = graph[graph.taps[stage.name]].shape
        blocks = tuple((costs.macs, costs.params) for site, costs in own.items() if site != stage.name)
        rows.append(Row(total(own.values()), channels, math.prod(sides), len(stage.blocks), blocks))
    behind = [*graph][-1].shape
    return Part(total(sites.values()), behind, (int(graph.fingerprint, 16),), tuple(rows))
