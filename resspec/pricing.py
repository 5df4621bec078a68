"""The price of a point of a search space: exact, with no graph composed, by memoised stages and block sites.

A stage's cost follows from its own plan and the shape it is given. So a stage is resolved and summed once for each
set of values that concern it and each input shape; after that a point costs one look-up per stage."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from resspec.analysis.cost import Costs, node_costs, op_costs, total
from resspec.compile import compile_plan, compile_spec
from resspec.errors import GraphError
from resspec.ir import Builder, Given, Shape, Value
from resspec.plan import BlockPlan, Piece, Plan, StagePlan, resolve
from resspec.spec.loading import load_spec
from resspec.spec.merging import DENSE
from resspec.spec.net import NetSpec
from resspec.template import template

Values = Mapping[str, Any]
"""A point: dotted paths of a spec and the values they take, such as `{"stages.1.depth": 3}`."""

Priced = tuple[Costs, Shape]
"""Costs of a run of pieces and the shape behind them."""


@lru_cache(maxsize=65_536)
def piece_costs(piece: Piece, shape: Shape, condition: Given | None = None) -> Priced:
    """The costs of a piece on an input of this shape (C, H, W) in a net with this condition, and its output shape."""
    made = template(piece, shape, condition=condition)
    shapes = made.shapes(shape)
    costs = total(op_costs(node.op, tuple([shapes[name] for name in node.inputs]), node.shape) for node in made.nodes)
    return costs, made.shape


def stage_costs(stage: StagePlan, shape: Shape) -> Priced:
    """The costs of a stage on an input of this shape, what it lays around its blocks included, and its output shape."""
    b = Builder()
    shapes: dict[str, Shape] = {"": shape}
    gathered: list[Costs] = []

    def put(place: int, block: BlockPlan, x: Value) -> Value:
        costs, out = piece_costs(block, x.shape)
        gathered.append(costs)
        name = str(place)
        shapes[name] = out
        return Value(name, out)

    out = stage.lay(b, Value("", shape), put)
    shapes |= {node.name: node.shape for node in b.nodes}
    gathered += [op_costs(node.op, tuple([shapes[name] for name in node.inputs]), node.shape) for node in b.nodes]
    return total(gathered), out.shape


def priced(plan: Plan) -> Iterator[Priced]:
    """Costs of the stem, of each stage, and of what follows, each with the shape behind it; all at once where parts
    read one another's maps, or a condition."""
    if not plan.is_chain:
        yield whole_costs(plan)
        return
    costs, shape = piece_costs(plan.stem, plan.input)
    yield costs, shape
    for stage in plan.stages:
        costs, shape = stage_costs(stage, shape)
        yield costs, shape
    final, shape = piece_costs(plan.final, shape)
    assert plan.head is not None
    head, shape = piece_costs(plan.head, shape)
    yield final + head, shape


def rest_costs(plan: Plan) -> tuple[Costs, Shape, str]:
    """The costs of all that stands behind the stages of a net whose parts read several stages' maps, the shape of its
    last operation, and the net's fingerprint."""
    graph = compile_plan(plan)
    nodes = [node for node in graph if node.site.partition(".")[0] in REST]
    return total(node_costs(node, graph.shapes_in(node)) for node in nodes), nodes[-1].shape, graph.fingerprint


REST = ("final", *DENSE)
"""The sites behind the stages."""


def whole_costs(plan: Plan) -> Priced:
    """The costs of a net whose parts read one another's maps, all at once, and the shape of its last operation."""
    graph = compile_plan(plan)
    nodes = [node for node in graph if node.op.arity]
    return total(node_costs(node, graph.shapes_in(node)) for node in nodes), nodes[-1].shape


class Pricer:
    """Prices points around a base spec; what it learns of one point serves the next."""

    def __init__(self, base: NetSpec) -> None:
        self.base = base
        self._parts: dict[Hashable, Priced] = {}
        self._layouts: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}

    def spec(self, values: Values) -> NetSpec:
        """The complete spec of a point."""
        return load_spec(self.base, **dict(values))

    def price(self, values: Values) -> Costs:
        """The exact costs of a point (params and buffers in elements; macs, flops, activations of one image);
        SpecError where the point is no legal network."""
        keys = self._keys(values)
        params = buffers = macs = flops = activations = 0
        shape: Shape = ()
        for key in keys:
            part = self._parts.get((key, shape))
            if part is None:
                self._learn(values, keys)
                return self.price(values)
            costs, shape = part
            params += costs.params
            buffers += costs.buffers
            macs += costs.macs
            flops += costs.flops
            activations += costs.activations
        return Costs(params, buffers, macs, flops, activations)

    def _keys(self, values: Values) -> list[Hashable]:
        """What each part of the net depends on: the stem and head on the values of no stage and of the stages beside
        them, a stage on those and its own."""
        paths = tuple(values)
        rows = self._layouts.get(paths)
        if rows is None:
            rows = self._layouts[paths] = layout([(path,) for path in paths], self.base)
        flat = tuple(values.values())
        try:
            hash(flat)
        except TypeError:
            flat = tuple(repr(value) for value in flat)
        return [(part, paths, tuple([flat[i] for i in own])) for part, own in enumerate(rows)]

    def _learn(self, values: Values, keys: list[Hashable]) -> None:
        """Resolve the point and remember the costs of each of its parts."""
        spec = self.spec(values)
        plan = resolve(spec)
        try:
            found = list(priced(plan))
        except GraphError:
            compile_spec(spec)  # names the node and its place in the file
            raise AssertionError("a net failed once and not twice") from None
        if len(keys) == 1:
            found = [(total(costs for costs, _ in found), found[-1][1])]
        start: Shape = ()
        for key, (costs, shape) in zip(keys, found, strict=True):
            self._parts[key, start] = costs, shape
            start = shape


def layout(paths: Sequence[Sequence[str]], base: NetSpec) -> tuple[tuple[int, ...], ...]:
    """For stem, each stage and the rest, the positions of the settings it depends on beyond the shape it is given; each
    setting is named by its paths. One row where the net does not come apart: values of a rule for stages concern all
    of it, under an output stride a stage's stride concerns those behind it, and necks and decoders read several
    stages."""
    stages = len(base.stages)
    joint = DENSE | {"condition"}
    if base.dense or base.condition or any(joint.intersection(path.split(".")[:1]) for own in paths for path in own):
        return (tuple(range(len(paths))),)
    bound = is_bound(paths, base)
    concerned = [frozenset().union(*(concerned_by(path, base, bound) for path in own)) for own in paths]
    if any(WHOLE in parts for parts in concerned):
        return (tuple(range(len(paths))),)
    return tuple(tuple(i for i, parts in enumerate(concerned) if part in parts) for part in range(stages + 2))


def is_bound(paths: Sequence[Sequence[str]], base: NetSpec) -> bool:
    """Whether an output stride makes strides of stages depend on those before."""
    return base.output_stride is not None or any(path == "output_stride" for own in paths for path in own)


WHOLE = -1
"""Stands for a net that does not come apart."""

FRONT = ("input", "stem", "mean", "std", "drop_path")
"""What the parts behind the stem know by the shape they are given, if at all."""
BACK = ("head", "classes", "num_classes", "final")
"""What concerns the end of the net alone."""
SIZES = ("depth", "width", "stride")
"""What neither the stem nor the end of the net asks a stage."""


def concerned_by(path: str, base: NetSpec, bound: bool) -> frozenset[int]:
    """The parts that depend on a value: 0 the stem, then the stages, then the rest. The stem depends on the first stage
    (its blocks may be pre-activated), the rest on the last."""
    stages = len(base.stages)
    first, *steps = path.split(".")
    if first == "stages":
        stage = _stage(steps[0] if steps else "", base)
        if not 1 <= stage <= stages or (bound and steps[1:] == ["stride"]):
            return frozenset({WHOLE})
        plain = tuple(steps[1:]) in [(size,) for size in SIZES] and not base.stages[stage - 1].blocks
        return frozenset({stage} if plain else {stage, *({0} if stage == 1 else ()), *_end(stage, stages)})
    if first in FRONT:
        return frozenset({WHOLE if bound and first == "stem" else 0})
    return frozenset({stages + 1} if first in BACK else range(stages + 2))


def _stage(step: str, base: NetSpec) -> int:
    """The number of the stage that a step of a path means: its position or its name; 0 for none."""
    if step.isdigit():
        return int(step)
    return next((place for place, stage in enumerate(base.stages, 1) if stage.name == step), 0)


def _end(stage: int, stages: int) -> tuple[int, ...]:
    return (stages + 1,) if stage == stages else ()
