"""The report: exact costs per op, block and stage, and in total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from resspec.analysis.cost import CONVENTION, Costs, node_costs, total
from resspec.ir import Graph, Node, Shape

LEVELS = {
    "op": "layers",
    "block": "blocks",
    "stage": "stages",
    "part": "parts",
    **{level: level for level in ("layers", "blocks", "stages", "parts")},
}
"""The levels of rows, by what a row stands for and by name."""
PARTS = ("condition", "stem", "neck", "decoder", "heads", "head")
"""The parts of a net beside its body, each a stage of its own."""
FINAL = "final"
"""What lies between the last stage and a head."""
PER_IMAGE = ("macs", "flops", "activations")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a report. Shapes are without the batch; `kind` is the part that laid it, `op` the operation (layers
    only)."""

    name: str
    kind: str
    op: str
    input: Shape
    output: Shape
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int

    @property
    def costs(self) -> Costs:
        """The figures alone."""
        return Costs(self.params, self.buffers, self.macs, self.flops, self.activations)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        row = {
            "name": self.name,
            "kind": self.kind,
            "op": self.op,
            "input": list(self.input),
            "output": list(self.output),
        }
        return {**row, **self.costs.to_dict()}

    def times(self, images: int) -> Row:
        """The row for a batch: work and activations grow with it, tensors do not."""
        work = {name: images * getattr(self, name) for name in PER_IMAGE}
        return replace(self, **work)


@dataclass(frozen=True, slots=True)
class Report:
    """The costs of a network: totals, and rows per layer (op), per block and per stage; each set of rows sums to the
    totals."""

    name: str
    fingerprint: str
    input: Shape
    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    layers: tuple[Row, ...]
    blocks: tuple[Row, ...]
    stages: tuple[Row, ...]
    convention: str = CONVENTION
    batch: int = 1
    outputs: Mapping[str, Shape] = field(default_factory=dict)
    """The shape of each named output, without the batch."""

    @property
    def parts(self) -> tuple[Row, ...]:
        """Rows for condition, stem, body, neck, decoder and head or heads, those that there are; what lies between the
        last stage and a head belongs to the head."""
        groups: dict[str, list[Row]] = {}
        headed = any(row.name == "head" for row in self.stages)
        for row in self.stages:
            own = "head" if row.name == FINAL and headed else row.name
            groups.setdefault(own if own in PARTS else "body", []).append(row)
        return tuple(
            Row(name, name, "", rows[0].input, rows[-1].output, *total(row.costs for row in rows).values())
            for name, rows in groups.items()
        )

    def rows(self, level: str) -> tuple[Row, ...]:
        """The rows of a level: `layers` (also `op`), `blocks`, `stages` or `parts`."""
        found: tuple[Row, ...] = getattr(self, LEVELS[level])
        return found

    def for_batch(self, images: int) -> Report:
        """The same report for a batch: macs, flops and activations of all its images."""
        work = {name: images * getattr(self, name) for name in PER_IMAGE}
        rows: dict[str, Any] = {
            name: tuple(row.times(images) for row in getattr(self, name)) for name in ("layers", "blocks", "stages")
        }
        convention = self.convention.replace("one image", f"{images} images") if images > 1 else self.convention
        return replace(self, **work, **rows, convention=convention, batch=images)

    @property
    def costs(self) -> Costs:
        """The totals."""
        return Costs(self.params, self.buffers, self.macs, self.flops, self.activations)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        head = {"name": self.name, "fingerprint": self.fingerprint, "input": list(self.input), **self.costs.to_dict()}
        outputs = {name: list(shape) for name, shape in self.outputs.items()}
        rows = {level: [row.to_dict() for row in self.rows(level)] for level in ("layers", "blocks", "stages", "parts")}
        return {**head, "outputs": outputs, "batch": self.batch, "convention": self.convention, **rows}

    def table(self, level: str = "stages") -> str:
        """The rows of a level (`layers`, `blocks`, `stages`, `parts`) and the totals as aligned text."""
        header = ("name", "kind", "output", "params", "macs", "flops", "activations")
        rows = self.rows(level)
        lines: list[tuple[str, ...]] = [header]
        lines += [(row.name, row.op or row.kind, shape_text(row.output), *figures(row.costs)) for row in rows]
        lines.append(("total", "", shape_text(self.stages[-1].output), *figures(self.costs)))
        widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
        return "\n".join(aligned(line, widths) for line in lines)


def aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    """A line of a table: words to the left, figures to the right."""
    words = [cell.ljust(width) for cell, width in zip(cells[:3], widths[:3], strict=True)]
    numbers = [cell.rjust(width) for cell, width in zip(cells[3:], widths[3:], strict=True)]
    return "  ".join(words + numbers).rstrip()


def figures(costs: Costs) -> tuple[str, ...]:
    """params, macs, flops and activations with thousands separators."""
    return tuple(f"{value:,}" for value in (costs.params, costs.macs, costs.flops, costs.activations))


def shape_text(shape: Shape) -> str:
    """64x56x56."""
    return "x".join(str(size) for size in shape)


def report_of(graph: Graph) -> Report:
    """The report of a graph; no torch, nothing built."""
    nodes = [node for node in graph if node.op.arity]
    costs = [node_costs(node, graph.shapes_in(node)) for node in nodes]
    layers = tuple(_layer(graph, node, cost) for node, cost in zip(nodes, costs, strict=True))
    blocks = _grouped(graph, layers, costs, [node.site for node in nodes])
    stages = _grouped(graph, layers, costs, [node.site.partition(".")[0] for node in nodes])
    shape = graph.inputs[0].shape
    outputs = {name: graph[node].shape for name, node in graph.outputs.items()}
    name, whole = graph.facts.name, total(costs).values()
    return Report(name, graph.fingerprint, shape, *whole, layers, blocks, stages, outputs=outputs)


def _layer(graph: Graph, node: Node, costs: Costs) -> Row:
    scope = graph.scopes.get(node.site)
    kind = scope.kind if scope else node.site
    return Row(node.name, kind, node.op.kind, graph.nodes[node.inputs[0]].shape, node.shape, *costs.values())


def _grouped(graph: Graph, layers: Sequence[Row], costs: Sequence[Costs], groups: Iterable[str]) -> tuple[Row, ...]:
    """One row per group of layers, in order."""
    members: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        members.setdefault(group, []).append(place)
    rows = []
    for name, inside in members.items():
        scope = graph.scopes.get(name)
        first, last = layers[inside[0]], layers[inside[-1]]
        figures = total([costs[place] for place in inside]).values()
        rows.append(Row(name, scope.kind if scope else name, "", first.input, last.output, *figures))
    return tuple(rows)
