"""The parts of every network of a space, priced for each combination of the values that concern them and each shape
they are given: nothing is composed, and what two networks share is looked at once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resspec.analysis.backward import FULL
from resspec.analysis.cost import Costs, node_costs, op_costs, total
from resspec.analysis.memory import inference_bytes
from resspec.compile import compile_plan
from resspec.errors import GraphError, SpecError
from resspec.ir import Builder, Node, Shape, Value
from resspec.partial import part_peak
from resspec.plan import BlockPlan, Piece, Plan, StagePlan, resolve
from resspec.pricing import piece_costs, rest_costs
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.columns import NOTHING, Columns, Extra
from resspec.template import template

DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class Row:
    """What a sampler may know of a stage for free: its costs, output width, side of the map behind it, number of
    blocks, and the macs and params of each block."""

    costs: Costs
    width: int
    side: int
    depth: int
    blocks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a net on an input of one shape: its costs, the shape behind it, digests of the pieces it lays (equal
    parts have equal ones), a row for each stage in it, and what it takes beside its counts."""

    costs: Costs
    shape: Shape
    digests: tuple[int, ...]
    rows: tuple[Row, ...]
    extra: Extra = NOTHING


@dataclass(frozen=True, slots=True)
class _Laid:
    costs: Costs
    shape: Shape
    digest: int | None
    added: tuple[int, int]


class Pieces:
    """Reads parts of networks around a base. `drops` says that drop rates may be in play: they follow from the
    number of blocks, so each block then counts, also one that lays nothing."""

    def __init__(self, base: NetSpec, deepest: Mapping[int, int], columns: Columns, *, drops: bool) -> None:
        """`deepest`: stages whose depth varies, and the largest. Their plan is read once and cut."""
        self._base = base
        self._columns = columns
        self._deepest = {stage: depth for stage, depth in deepest.items() if not base.stages[stage - 1].blocks}
        self._drops = drops
        self._plans: dict[str, Plan | None] = {}
        self._known: dict[Piece, int] = {}
        self._laid: dict[tuple[int, Shape], _Laid] = {}
        self._ids: dict[int, tuple[Piece, int]] = {}

    def part(self, number: int, settings: Mapping[str, Any], shape: Shape, held: int = 0) -> Part | None:
        """The part of a number (0 the stem, then the stages, then the rest; -1 the whole net) with these settings of
        the base; None where it is no legal part. `held` as in `part_peak`."""
        plan = self._resolved(settings) if number < 0 else self._plan(number, settings)
        if plan is None:
            return None
        try:
            part = joined(self._parts(plan)) if number < 0 else self._part(plan, number, shape)
            if number < 0 and self._columns.wide:
                return replace(part, extra=self._whole(plan))
            if self._columns.memory:
                return self._peaked(part, plan, number, shape, held)
        except GraphError:
            return None
        return part

    def _peaked(self, part: Part, plan: Plan, number: int, shape: Shape, held: int) -> Part:
        """The part with the bytes alive at its peak, and the input of the net, which is held throughout, as if it were
        weights of the stem."""
        weights, nanoseconds, _ = part.extra
        image = 0 if number else FULL * math.prod(plan.input)
        return replace(part, extra=(weights + image, nanoseconds, part_peak(plan, number, shape, held)))

    def _whole(self, plan: Plan) -> Extra:
        """What a whole net takes beside its counts."""
        graph = compile_plan(plan)
        weights, nanoseconds = self._columns.added((node, graph.shapes_in(node)) for node in graph if node.op.arity)
        return weights, nanoseconds, inference_bytes(graph) - weights if self._columns.memory else 0

    def _plan(self, number: int, settings: Mapping[str, Any]) -> Plan | None:
        """The plan with a part's settings, kept: they come again with other shapes."""
        path = f"stages.{number}.depth"
        depth, most = settings.get(path), self._deepest.get(number)
        inner = any(key.startswith(f"stages.{number}.blocks") for key in settings)
        if type(depth) is int and most is not None and 1 <= depth < most and not inner:
            whole = self._kept({**settings, path: most})
            if whole is not None:
                return _cut(whole, number, depth)
        return self._kept(settings)

    def _kept(self, settings: Mapping[str, Any]) -> Plan | None:
        key = repr(settings)
        if key not in self._plans:
            self._plans[key] = self._resolved(settings)
        return self._plans[key]

    def _resolved(self, settings: Mapping[str, Any]) -> Plan | None:
        try:
            return resolve(load_spec(self._base, **settings))
        except SpecError:
            return None

    def _parts(self, plan: Plan) -> list[Part]:
        if plan.condition:
            return [_undivided(plan)]
        found: list[Part] = []
        for number in range(len(plan.stages) + 2):
            found.append(self._part(plan, number, found[-1].shape if found else ()))
        return found

    def _part(self, plan: Plan, number: int, shape: Shape) -> Part:
        if number == 0:
            stem = self._piece(plan.stem, plan.input)
            return Part(stem.costs, stem.shape, (_hashed(plan.input), *_some(stem)), (), (*stem.added, 0))
        if number > len(plan.stages):
            if plan.dense:
                costs, behind, fingerprint = rest_costs(plan)
                return Part(costs, behind, (int(fingerprint, 16),), ())
            assert plan.head is not None
            final = self._piece(plan.final, shape)
            head = self._piece(plan.head, final.shape)
            added = added_up([final.added, head.added])
            return Part(final.costs + head.costs, head.shape, (*_some(final), *_some(head)), (), (*added, 0))
        return self._stage(plan.stages[number - 1], shape)

    def _stage(self, stage: StagePlan, shape: Shape) -> Part:
        b, gathered, digests = Builder(), list[Costs](), list[int]()
        blocks: list[tuple[int, int]] = []
        added: list[tuple[int, int]] = []
        shapes: dict[str, Shape] = {"": shape}

        def put(place: int, block: BlockPlan, x: Value) -> Value:
            laid = self._piece(block, x.shape)
            gathered.append(laid.costs)
            added.append(laid.added)
            blocks.append((laid.costs.macs, laid.costs.params))
            digests.extend(_some(laid) if not self._drops else [laid.digest or 0])
            shapes[str(place)] = laid.shape
            return Value(str(place), laid.shape)

        out = stage.lay(b, Value("", shape), put)
        shapes |= {node.name: node.shape for node in b.nodes}
        gathered += [op_costs(node.op, tuple([shapes[name] for name in node.inputs]), node.shape) for node in b.nodes]
        added.append(self._columns.added(_given(b.nodes, shapes)))
        if b.nodes:
            digests.append(_digest(b.nodes, out.name) or 0)
        costs = total(gathered)
        row = Row(costs, out.shape[0], math.prod(out.shape[1:]), len(stage.blocks), tuple(blocks))
        return Part(costs, out.shape, tuple(digests), (row,), (*added_up(added), 0))

    def _piece(self, piece: Piece, shape: Shape) -> _Laid:
        key = self._id(piece), shape
        laid = self._laid.get(key)
        if laid is None:
            made = template(piece, shape)
            shapes = {"": shape} | {node.name: node.shape for node in made.nodes}
            added = self._columns.added(_given(made.nodes, shapes) if self._columns.wide else ())
            laid = self._laid[key] = _Laid(*piece_costs(piece, shape), _digest(made.nodes, made.out), added)
        return laid

    def _id(self, piece: Piece) -> int:
        """A number that equal pieces share, drop rates left out; looked up by the object, since hashing a piece takes
        longer than all else."""
        known = self._ids.get(id(piece))
        if known is None:
            bare = _without_rate(piece)
            known = self._ids[id(piece)] = piece, self._known.setdefault(bare, len(self._known))
        return known[1]


def _undivided(plan: Plan) -> Part:
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


def joined(parts: Sequence[Part]) -> Part:
    """Parts in a row as one."""
    digests = tuple(digest for part in parts for digest in part.digests)
    rows = tuple(row for part in parts for row in part.rows)
    return Part(total(part.costs for part in parts), parts[-1].shape, digests, rows)


def added_up(parts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Bytes of weights and nanoseconds of several parts."""
    weights, nanoseconds = zip(*parts, strict=True)
    return sum(weights), sum(nanoseconds)


def _given(nodes: Iterable[Node], shapes: Mapping[str, Shape]) -> Iterator[tuple[Node, tuple[Shape, ...]]]:
    """Nodes with the shapes of what they read."""
    for node in nodes:
        yield node, tuple([shapes[name] for name in node.inputs])


def _cut(plan: Plan, number: int, depth: int) -> Plan:
    """The plan with a stage cut to its first blocks: where no single block is changed, a deeper stage begins like a
    shallower one, but for drop rates."""
    stages = list(plan.stages)
    stages[number - 1] = replace(stages[number - 1], blocks=stages[number - 1].blocks[:depth])
    return replace(plan, stages=tuple(stages))


def _without_rate(piece: Piece) -> Piece:
    site = getattr(piece, "site", None)
    if site is None or not site.drop_path:
        return piece
    return replace(piece, site=replace(site, drop_path=0.0))  # type: ignore[type-var]  # only blocks have a site


def _some(laid: _Laid) -> tuple[int, ...]:
    return () if laid.digest is None else (laid.digest,)


def _digest(nodes: Sequence[Node], out: str) -> int | None:
    """A number that follows from the ops and how they are wired; None where there is nothing."""
    if not nodes:
        return None
    places = {node.name: place for place, node in enumerate(nodes)}
    return _hashed([(node.op, [places.get(name, name) for name in node.inputs]) for node in nodes], places.get(out, -1))


def _hashed(*data: object) -> int:
    return int.from_bytes(hashlib.blake2b(repr(data).encode(), digest_size=DIGEST_BYTES).digest())
