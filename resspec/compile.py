"""Plan -> Graph. Every block site is laid once, with names relative to it, and repeated by renaming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from resspec.blame import ENDLESS, Misfit, behind, culprit
from resspec.dense import DensePlan
from resspec.errors import Fault, GraphError, Mark, SpecError, did_you_mean, in_file_order
from resspec.ir import Builder, Facts, Graph, Shape, TooLargeError, Value
from resspec.ir.ops import Input
from resspec.plan import BlockPlan, ConditionPlan, Piece, Plan, StagePlan, resolve
from resspec.spec.limits import LIMITS, Limits, over
from resspec.spec.net import NetSpec
from resspec.spec.tree import Path
from resspec.template import Template, repeated, template

INPUT = "x"
OUTPUT = "output"
FEATURES = "features"

Feature = int | str
"""A place to take features from: a stage number (0 is the stem), a stage's name, an output's, or a scope (`layer3.2`;
`heads`, with all outputs that it holds)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece in its place: the scope it fills (empty for the net itself), the site its nodes belong to, its kind, and
    the levels of the spec that say what it is."""

    piece: Piece
    scope: str
    site: str
    kind: str
    levels: tuple[Path, ...]
    title: str = ""
    doc: str = ""

    def misfit(self, x: Value) -> Misfit:
        """The misfit that the piece is where it cannot be laid on a value, its fault to be told."""
        return Misfit(self.piece, x.shape, self.levels, UNTOLD, self.scope)


UNTOLD = Fault("RS311", "")


class MisfitError(GraphError):
    """Pieces that cannot be laid where they stand."""

    def __init__(self, *misfits: Misfit) -> None:
        full = (".".join(filter(None, (misfit.scope, misfit.fault.node))) for misfit in misfits)
        super().__init__(*(replace(misfit.fault, node=node) for misfit, node in zip(misfits, full, strict=True)))
        self.misfits = misfits


def compile_plan(plan: Plan, limits: Limits = LIMITS) -> Graph:
    """The graph of a plan: one input `x`, one output `output` or those of its heads, taps `stem`, each stage, and
    `features` (what the head reads), or the levels and the map that heads read; MisfitError with every piece that does
    not fit, as far as one can go on behind it."""
    composer = Composer(Builder(), limits)
    b = composer.b
    image = b.add(INPUT, Input(plan.input))
    composer.put_condition(plan.condition, image)
    given = {name: b.add(name, op) for name, op in plan.dense.heads.asked(plan.input).items()} if plan.dense else {}
    x = composer.put(Placed(plan.stem, "", "stem", plan.stem.stem.kind, ((),)), image)
    places = {"stem": x}
    for index, stage in enumerate(plan.stages):
        x = composer.put_stage(stage, index, x)
        places[stage.name] = x
    x = composer.put(Placed(plan.final, "", "final", plan.final.final.kind, ((),)), x)
    if plan.dense:
        places = {**composer.marks, **places, plan.stages[-1].name: x}
        body = {**composer.blocks, **b.marks, **places}
        outputs, maps = composer.put_dense(plan.dense, body, image, given, plan.reduction)
        places |= maps
    else:
        assert plan.head is not None
        places[FEATURES] = x
        outputs = {OUTPUT: composer.put(Placed(plan.head, "", "head", plan.head.kind, ((),)), x)}
    if composer.misfits:
        raise MisfitError(*composer.misfits)
    composer.check_condition(plan.condition)
    places |= {stage.label: places[stage.name] for stage in plan.stages if stage.label}
    taps = {name: value.name for name, value in places.items()}
    return b.graph(outputs, taps, Facts(plan.name, plan.mean, plan.std))


@dataclass(slots=True)
class Composer:
    """Puts pieces behind one another, within limits, and gathers those that do not fit."""

    b: Builder
    limits: Limits
    params: int = 0
    misfits: list[Misfit] = field(default_factory=list)
    marks: dict[str, Value] = field(default_factory=dict)
    blocks: dict[str, Value] = field(default_factory=dict)
    """The maps of blocks by stage and place: layer3.0."""

    def put_condition(self, condition: ConditionPlan | None, image: Value) -> None:
        """Lay what the net is told beside its image."""
        if condition is None:
            return
        b, before = self.b, len(self.b.nodes)
        level: tuple[Path, ...] = (("condition",),)
        try:
            b.condition = condition.lay(b, image)
        except GraphError as error:
            raise MisfitError(*(Misfit(None, (), level, fault) for fault in error.faults)) from None
        made = Builder(nodes=b.nodes[before:])
        self.hold(Template.of(made, b.condition.value), Misfit(None, (), level, UNTOLD))

    def check_condition(self, condition: ConditionPlan | None) -> None:
        """MisfitError where no part reads what the net is told."""
        given = self.b.condition
        if condition is None or given is None:
            return
        read = {name for node in self.b.nodes for name in node.inputs}
        unread = next((place for place, value in enumerate(given.values) if value.name not in read), None)
        if unread is None:
            return
        law = f"nothing in the net reads its condition, {condition.condition.kind}"
        remedy = "use parts that do, such as block: conditional, or take it away: ~condition"
        if unread:
            law = f"nothing in the net reads chunk={unread - 1} of its condition, {condition.condition.kind}"
            remedy = f"name it, as in norm: {{kind: modulated, chunk: {unread - 1}}}, or make fewer"
        fault = Fault("RS309", law, remedy=remedy)
        raise MisfitError(Misfit(None, given.value.shape, (("condition",),), fault))

    def put_dense(
        self, dense: DensePlan, places: Mapping[str, Value], image: Value, given: Mapping[str, Value], stride: int
    ) -> tuple[dict[str, Value], dict[str, Value]]:
        """Lay neck, decoder and heads on the maps of a body that lowers its image by a stride: the outputs, and maps by
        name."""
        if self.misfits:
            raise MisfitError(*self.misfits)
        own = Builder(limit=self.limits.ops, condition=self.b.condition)
        level: Path = ("decoder" if dense.decoder else "neck",)
        try:
            found = dense.lay(own, places, image, given)
        except TooLargeError:
            fault = over("ops", self.limits.ops, ENDLESS, None)
            raise MisfitError(Misfit(None, image.shape, (level,), fault)) from None
        except GraphError as error:
            raise MisfitError(*(behind(fault, image.shape, stride) for fault in error.faults)) from None
        self.hold(Template.of(own, image), Misfit(None, image.shape, (level,), UNTOLD))
        self.b.nodes += own.nodes
        self.b.scopes |= own.scopes
        return found

    def put_stage(self, stage: StagePlan, index: int, x: Value) -> Value:
        """Lay a stage on `x`, its blocks as numbered scopes of the scope that is open when it lays them."""
        b = self.b
        level: Path = ("stages", index)

        def put_block(place: int, block: BlockPlan, x: Value) -> Value:
            name, part = f"{b.prefix}{place}", block.block
            levels = ((), level, (*level, "blocks", str(place)))
            x = self.put(Placed(block, name, name, part.kind, levels, type(part).__name__, part.about()), x)
            self.blocks[f"{stage.name}.{place}"] = x
            return x

        b.site = stage.name
        with b.scope(stage.name, stage.stage.title, stage.stage.family, stage.stage.about()):
            try:
                return stage.lay(b, x, put_block)
            except MisfitError:
                raise
            except GraphError as error:
                own = (Misfit(None, x.shape, (level,), fault) for fault in error.faults)
                raise MisfitError(*self.misfits, *own) from None

    def put(self, place: Placed, x: Value) -> Value:
        """Lay a piece on `x` by repeating its template; one that does not fit is noted, and its output guessed."""
        b = self.b
        try:
            made = template(place.piece, x.shape, self.limits.ops, b.condition)
        except TooLargeError:
            fault = over("ops", self.limits.ops, ENDLESS, None)
            raise MisfitError(*self.misfits, replace(place.misfit(x), fault=fault)) from None
        except GraphError as error:
            told = replace(place.misfit(x), condition=b.condition)
            self.misfits += [replace(told, fault=fault) for fault in error.faults]
            return self.guessed(place, x)
        self.hold(made, place.misfit(x))
        prefix = f"{place.scope}." if place.scope else ""
        self.marks |= {name: Value(prefix + value.name, value.shape) for name, value in made.marks}
        b.nodes += repeated(made, prefix, x.name, place.site)
        for name, scope in made.scopes:
            full = (prefix + name).rstrip(".")
            if full:
                own = replace(scope, title=place.title, kind=place.kind, doc=place.doc)
                b.scopes[full] = own if not name else scope
        return Value(prefix + made.out, made.shape) if made.out else x

    def guessed(self, place: Placed, x: Value) -> Value:
        """What a block gives that does not fit: its site says. Behind other pieces nobody can go on."""
        if not isinstance(place.piece, BlockPlan):
            raise MisfitError(*self.misfits)
        site = place.piece.site
        return Value(f"{place.scope}.", (site.width, *(-(-side // site.stride) for side in x.shape[1:])))

    def hold(self, made: Template, misfit: Misfit) -> None:
        """MisfitError, with the fault told in the misfit, where a piece is over a limit, or the net with it."""
        self.params += made.params
        limits, ops = self.limits, len(self.b.nodes) + len(made.nodes)
        for name, value, asked in (
            ("ops", ops, f"{ops:,} operations"),
            ("params", self.params, f"{self.params:,} params"),
            ("width", made.width, f"a map of {made.width:,} channels"),
            ("kernel", made.kernel, f"a kernel of {made.kernel:,}"),
        ):
            if value > getattr(limits, name):
                fault = over(name, getattr(self.limits, name), asked, None)
                raise MisfitError(*self.misfits, replace(misfit, fault=fault))


def compile_spec(spec: NetSpec, features: Sequence[Feature] | None = None) -> Graph:
    """The graph of a spec, or of the part of it that gives these features; each error points at the key to blame, or
    at the stage."""
    try:
        graph = compile_plan(resolve(spec), spec.origin.limits)
    except MisfitError as error:
        raise SpecError(*in_file(spec, error)) from None
    if features is None:
        return graph
    return graph.select({name: node for feature in features for name, node in taken(graph, feature).items()})


def in_file(spec: NetSpec, error: MisfitError) -> list[Fault]:
    """The faults at the keys to blame; what one key does to several blocks is told of the first, with their number."""
    root = spec.origin.root
    known: dict[tuple[Piece | None, Shape, str], Path] = {}
    told: dict[tuple[str, Mark | None], list[Fault]] = {}
    for misfit, fault in zip(error.misfits, error.faults, strict=True):
        key = (misfit.piece, misfit.shape, misfit.fault.node)
        if key not in known:
            known[key] = culprit(spec, misfit)
        mark = root.nearest(known[key]).mark
        told.setdefault((fault.code, mark), []).append(replace(fault, mark=mark))
    more = {True: "", False: " and {} more"}
    return in_file_order(
        replace(faults[0], node=faults[0].node + more[len(faults) == 1].format(len(faults) - 1))
        for faults in told.values()
    )


def taken(graph: Graph, feature: Feature) -> dict[str, str]:
    """The nodes that a feature asks for, by the name of each: one, or of a scope with several of the network's outputs
    all of these, under their own names."""
    name = str(feature)
    held = {output: node for output, node in graph.outputs.items() if node.startswith(f"{name}.")}
    if name not in graph.taps and len(held) > 1:
        return held
    return {name: tap(graph, feature)}


def tap(graph: Graph, feature: Feature) -> str:
    """The node that holds a feature."""
    name = ("stem" if feature == 0 else f"layer{feature}") if isinstance(feature, int) else feature
    if name in graph.taps:
        return graph.taps[name]
    if name in graph.outputs:
        return graph.outputs[name]
    inside = [node.name for node in graph if name in (node.name, node.site)]
    if not inside:
        known = list(dict.fromkeys([*graph.taps, *graph.outputs, *(node.site for node in graph if node.site)]))
        raise SpecError(Fault("RS212", f"there is no feature {feature!r}", remedy=did_you_mean(name, known)))
    return inside[-1]


__all__ = ["Feature", "compile_plan", "compile_spec", "tap"]
