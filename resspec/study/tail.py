"""What stands behind the body of every network of a space, step by step: each priced once for all that it follows from
and the shapes of the maps that it reads."""

from __future__ import annotations

import math
from collections.abc import Mapping

from resspec.analysis.cost import node_costs, total
from resspec.errors import GraphError
from resspec.ir import Builder, Shape, Value
from resspec.parts.steps import Laid, Step
from resspec.plan import Plan
from resspec.spec.limits import LIMITS
from resspec.steps import steps_of
from resspec.study.columns import Columns
from resspec.study.part import Part, Row, given, hashed

Steps = tuple[Step, ...]


class Tail:
    """Prices the steps of plans; what two networks share is looked at once."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._rows: dict[int, tuple[Plan, Steps]] = {}
        self._numbers: dict[Laid, int] = {}
        self._parts: dict[tuple[int, tuple[Shape, ...]], Part | GraphError] = {}
        self._ids: dict[int, tuple[Laid, int]] = {}

    def part(self, plan: Plan, place: int, before: Shape, maps: Mapping[str, Shape]) -> Part:
        """A step of a plan on the maps of these names; GraphError where it does not fit. `before` is the shape that the
        body goes on with, where steps stand between its parts."""
        step = self._steps(plan)[place]
        shapes = tuple([maps[name] for name in step.reads])
        key = self._number(step.laid), shapes
        if key not in self._parts:
            self._parts[key] = self._made(step.laid, shapes)
        part = self._parts[key]
        if isinstance(part, GraphError):
            raise part
        return Part(part.costs, before, part.digests, part.rows, part.extra, ((step.gives, part.shape),))

    def _steps(self, plan: Plan) -> Steps:
        known = self._rows.get(id(plan))
        if known is None:
            known = self._rows[id(plan)] = plan, steps_of(plan)
        return known[1]

    def _number(self, laid: Laid) -> int:
        """A number that equal steps share, looked up by the object first, since hashing one takes longer than all
        else."""
        known = self._ids.get(id(laid))
        if known is None:
            known = self._ids[id(laid)] = laid, self._numbers.setdefault(laid, len(self._numbers))
        return known[1]

    def _made(self, laid: Laid, shapes: tuple[Shape, ...]) -> Part | GraphError:
        b = Builder(limit=LIMITS.ops)
        read = [Value(f"/{place}", shape) for place, shape in enumerate(shapes)]
        try:
            out = laid.lay(b, *read)
        except GraphError as error:
            return error
        known = {x.name: x.shape for x in read} | {node.name: node.shape for node in b.nodes}
        worked = [(node, ins) for node, ins in given(b.nodes, known) if node.op.arity]
        costs = total(node_costs(node, ins) for node, ins in worked)
        row = Row(costs, out.shape[0], math.prod(out.shape[1:]), 1)
        return Part(costs, out.shape, (_digest(b, out),), (row,), (*self._columns.added(worked), 0))


def _digest(b: Builder, out: Value) -> int:
    """A number that follows from the ops of a step, how they are wired, whose tensors they share, and what it gives."""
    places = {node.name: place for place, node in enumerate(b.nodes)}
    rows = [
        (node.op, [places.get(name, name) for name in node.inputs], places.get(node.shares, -1)) for node in b.nodes
    ]
    outs = [places.get(x.name, x.name) for x in (out, *b.marks.values())]
    return hashed(rows, outs)
