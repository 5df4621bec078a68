"""The parts of every network of a space, priced for each combination of the values that concern them and each shape
they are given: nothing is composed, and what two networks share is looked at once."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from resspec.analysis.backward import FULL
from resspec.analysis.cost import Costs, op_costs, total
from resspec.analysis.memory import inference_bytes
from resspec.compile import compile_plan
from resspec.dense import STEM
from resspec.errors import GraphError, SpecError
from resspec.ir import Builder, Given, Shape, Value
from resspec.partial import part_peak
from resspec.parts.steps import IMAGE
from resspec.plan import BlockPlan, Piece, Plan, StagePlan, resolve
from resspec.pricing import piece_costs, rest_costs
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.columns import Columns, Extra
from resspec.study.part import Part, Row, added_up, digest_of, given, hashed, joined
from resspec.study.tail import Tail
from resspec.study.told import Conditions, Told
from resspec.study.undivided import undivided
from resspec.template import template

DROPS = "drop_path"
MARK = 1
"""The digest that stands where a map is that others read."""


@dataclass(frozen=True, slots=True)
class _Laid:
    costs: Costs
    shape: Shape
    digest: int | None
    added: tuple[int, int]
    told: frozenset[int]


class Pieces:
    """Reads parts of networks around a base. `drops` says that drop rates may be in play: they follow from the
    number of blocks, so each block then counts, also one that lays nothing."""

    def __init__(
        self, base: NetSpec, deepest: Mapping[int, int], columns: Columns, *, drops: bool, reads: Collection[str] = ()
    ) -> None:
        """`deepest`: stages whose depth varies, and the largest. Their plan is read once and cut. `reads` are the maps
        of the body that steps behind it read, where it has such; a net has no more parts then than these."""
        self._base = base
        self._reads = frozenset(reads)
        self._tail = Tail(columns)
        self._conditions = Conditions(columns)
        self._columns = columns
        self._deepest = {stage: depth for stage, depth in deepest.items() if not base.stages[stage - 1].blocks}
        self._drops = drops
        self._plans: dict[str, Plan | None] = {}
        self._known: dict[Piece, int] = {}
        self._laid: dict[tuple[int, Shape, Given | None], _Laid] = {}
        self._ids: dict[int, tuple[Piece, int]] = {}

    def part(
        self,
        number: int,
        settings: Mapping[str, Any],
        shape: Shape,
        held: int = 0,
        maps: Mapping[str, Shape] | None = None,
        told: frozenset[int] = frozenset(),
    ) -> Part | None:
        """The part of a number (0 the stem, then the stages, then the rest, or the steps behind the body; -1 the whole
        net) with these settings of the base; None where it is no legal part. `held` as in `part_peak`; `maps` are those
        that a step may read, `told` the values of the condition that parts before have read."""
        plan = self._resolved(settings) if number < 0 else self._plan(number, settings)
        if plan is None:
            return None
        try:
            part = self._made(plan, number, shape, held, maps or {})
        except GraphError:
            return None
        condition = self._conditions.of(plan)
        if condition and number > len(plan.stages) and told | part.told != condition.all:
            return None
        if number <= 0 and DROPS in settings:  # the digests of blocks leave their rates out
            return replace(part, digests=(hashed(DROPS, settings[DROPS]), *part.digests))
        return part

    def _made(self, plan: Plan, number: int, shape: Shape, held: int, maps: Mapping[str, Shape]) -> Part:
        """The part of a plan."""
        if self._reads and number >= 0:
            return self._between(plan, number, shape, maps)
        part = joined(self._parts(plan)) if number < 0 else self._part(plan, number, shape)
        if number < 0 and self._columns.wide:
            return replace(part, extra=self._whole(plan))
        return self._peaked(part, plan, number, shape, held) if self._columns.memory else part

    def _between(self, plan: Plan, number: int, shape: Shape, maps: Mapping[str, Shape]) -> Part:
        """A part of a net whose steps behind the body read several of its maps."""
        last = len(plan.stages)
        if number > last:
            return self._tail.part(plan, number - last - 1, shape, maps)
        part = self._part(plan, number, shape)
        if number:
            name = plan.stages[number - 1].name
            read = (MARK,) if name in self._reads else ()
            behind = part.shape if number < last else ()
            return replace(part, shape=behind, digests=(*part.digests, *read), maps=((name, part.shape),))
        made = template(plan.stem, plan.input)
        places = {node.name: place for place, node in enumerate(made.nodes)}
        marks = [(name, places.get(x.name)) for name, x in made.marks if name in self._reads]
        read = (*((hashed(marks),) if marks else ()), *((MARK,) if STEM in self._reads else ()))
        own = ((IMAGE, plan.input), (STEM, part.shape), *((name, x.shape) for name, x in made.marks))
        return replace(part, digests=(*part.digests, *read), maps=own)

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
            return [undivided(plan)]
        found: list[Part] = []
        for number in range(len(plan.stages) + 2):
            found.append(self._part(plan, number, found[-1].shape if found else ()))
        return found

    def _part(self, plan: Plan, number: int, shape: Shape) -> Part:
        told = self._conditions.of(plan)
        if number == 0:
            stem = self._piece(plan.stem, plan.input, told)
            part = Part(stem.costs, stem.shape, (hashed(plan.input), *_some(stem)), (), (*stem.added, 0), (), stem.told)
            return part if told is None else _behind(told, part)
        if number > len(plan.stages):
            if plan.dense:
                costs, behind, fingerprint = rest_costs(plan)
                return Part(costs, behind, (int(fingerprint, 16),), ())
            assert plan.head is not None
            final = self._piece(plan.final, shape, told)
            head = self._piece(plan.head, final.shape, told)
            added = added_up([final.added, head.added])
            digests, read = (*_some(final), *_some(head)), final.told | head.told
            return Part(final.costs + head.costs, head.shape, digests, (), (*added, 0), (), read)
        return self._stage(plan.stages[number - 1], shape, told)

    def _stage(self, stage: StagePlan, shape: Shape, told: Told | None) -> Part:
        b, gathered, digests = Builder(condition=told.given.outside() if told else None), list[Costs](), list[int]()
        blocks: list[tuple[int, int]] = []
        added: list[tuple[int, int]] = []
        shapes: dict[str, Shape] = {"": shape}
        read: set[int] = set()

        def put(place: int, block: BlockPlan, x: Value) -> Value:
            laid = self._piece(block, x.shape, told)
            gathered.append(laid.costs)
            added.append(laid.added)
            blocks.append((laid.costs.macs, laid.costs.params))
            digests.extend(_some(laid) if not self._drops else [laid.digest or 0])
            shapes[str(place)] = laid.shape
            read.update(laid.told)
            return Value(str(place), laid.shape)

        out = stage.lay(b, Value("", shape), put)
        shapes |= {node.name: node.shape for node in b.nodes}
        if told:
            shapes |= {value.name: value.shape for value in told.given.outside().values}
            read.update(told.read_by(b.nodes))
        gathered += [op_costs(node.op, tuple([shapes[name] for name in node.inputs]), node.shape) for node in b.nodes]
        added.append(self._columns.added(given(b.nodes, shapes)))
        if b.nodes:
            digests.append(digest_of(b.nodes, out.name) or 0)
        costs = total(gathered)
        row = Row(costs, out.shape[0], math.prod(out.shape[1:]), len(stage.blocks), tuple(blocks))
        return Part(costs, out.shape, tuple(digests), (row,), (*added_up(added), 0), (), frozenset(read))

    def _piece(self, piece: Piece, shape: Shape, told: Told | None) -> _Laid:
        condition = told.given if told else None
        key = self._id(piece), shape, condition
        laid = self._laid.get(key)
        if laid is None:
            made = template(piece, shape, condition=condition)
            added = self._columns.added(given(made.nodes, made.shapes(shape)) if self._columns.wide else ())
            costs, behind = piece_costs(piece, shape, condition)
            read = told.read_by(made.nodes) if told else frozenset[int]()
            laid = self._laid[key] = _Laid(costs, behind, digest_of(made.nodes, made.out), added, read)
        return laid

    def _id(self, piece: Piece) -> int:
        """A number that equal pieces share, drop rates left out; looked up by the object, since hashing a piece takes
        longer than all else."""
        known = self._ids.get(id(piece))
        if known is None:
            bare = _without_rate(piece)
            known = self._ids[id(piece)] = piece, self._known.setdefault(bare, len(self._known))
        return known[1]


def _behind(told: Told, stem: Part) -> Part:
    """A stem with the condition that is laid before it."""
    extra = (*added_up([told.added, stem.extra[:2]]), 0)
    read = told.read | stem.told
    return replace(stem, costs=told.costs + stem.costs, digests=(told.digest, *stem.digests), extra=extra, told=read)


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
