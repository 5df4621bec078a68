"""Plan -> Graph. Every block site is laid once, with names relative to it, and repeated by renaming."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from resspec.errors import Fault, GraphError, SpecError, did_you_mean
from resspec.ir import Builder, Facts, Graph, Node, Scope, Shape, Value
from resspec.ir.ops import Input
from resspec.plan import Piece, Plan, resolve
from resspec.spec.net import NetSpec

INPUT = "x"
OUTPUT = "output"
FEATURES = "features"
TEMPLATES_KEPT = 65_536

Feature = int | str
"""A place to take features from: a stage number (0 is the stem), a stage's name, or a scope (`layer3.2`)."""


@dataclass(frozen=True, slots=True)
class Template:
    """A piece laid on an input of one shape; names are relative, and the empty name is the piece's input."""

    nodes: tuple[Node, ...]
    scopes: tuple[tuple[str, Scope], ...]
    out: str
    shape: Shape


@lru_cache(maxsize=TEMPLATES_KEPT)
def template(piece: Piece, shape: Shape) -> Template:
    """What a piece lays on an input of this shape (C, H, W)."""
    b = Builder()
    b.scopes[""] = Scope("Net")
    out = piece.lay(b, Value("", shape))
    return Template(tuple(b.nodes), tuple(b.scopes.items()), out.name, out.shape)


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece in its place: the scope it fills (empty for the net itself), the site its nodes belong to, its kind."""

    piece: Piece
    scope: str
    site: str
    kind: str
    title: str = ""
    doc: str = ""


def placed(plan: Plan) -> Iterator[Placed]:
    """The pieces of a plan in order: stem, blocks, end, head."""
    yield Placed(plan.stem, "", "stem", plan.stem.stem.kind)
    for stage in plan.stages:
        for index, block in enumerate(stage.blocks):
            name = f"{stage.name}.{index}"
            yield Placed(block, name, name, block.block.kind, type(block.block).__name__, block.block.about())
    if plan.end:
        yield Placed(plan.end, "", "norm", plan.end.norm.kind)
    yield Placed(plan.head, "", "head", plan.head.kind)


def compile_plan(plan: Plan) -> Graph:
    """The graph of a plan: one input `x`, one output `output`, taps `stem`, each stage, and `features` (what the head reads)."""
    source = Node(INPUT, Input(plan.input), (), plan.input)
    nodes, scopes, taps = [source], {}, {}
    last = Value(INPUT, plan.input)
    for place in placed(plan):
        if place.site == "head":
            taps[FEATURES] = last.name
        made = laid(place, last.shape)
        prefix = f"{place.scope}." if place.scope else ""
        nodes += repeated(made, prefix, last.name, place.site)
        for name, scope in made.scopes:
            full = (prefix + name).rstrip(".")
            if full:
                scopes[full] = replace(scope, title=place.title, kind=place.kind, doc=place.doc) if not name else scope
        if made.out:
            last = Value(prefix + made.out, made.shape)
        taps[place.site.partition(".")[0]] = last.name
    for stage in plan.stages:
        scopes[stage.name] = Scope("Stage", "stage")
        if stage.label:
            taps[stage.label] = taps[stage.name]
    del taps["head"]
    return Graph.of(nodes, {OUTPUT: last.name}, scopes, taps, Facts(plan.name, plan.mean, plan.std))


def laid(place: Placed, shape: Shape) -> Template:
    """A piece's template; errors name the node in the net."""
    try:
        return template(place.piece, shape)
    except GraphError as error:
        names = (f"{place.scope}.{fault.node}".strip(".") for fault in error.faults)
        raise GraphError(*(replace(f, node=name) for f, name in zip(error.faults, names, strict=True))) from None


def repeated(made: Template, prefix: str, source: str, site: str) -> list[Node]:
    """A template's nodes under a prefix, reading from `source`."""
    return [
        Node(prefix + node.name, node.op, tuple([prefix + name if name else source for name in node.inputs]), node.shape, site)
        for node in made.nodes
    ]


def compile_spec(spec: NetSpec, features: Sequence[Feature] | None = None) -> Graph:
    """The graph of a spec, or of the part of it that gives these features; errors point at the stage in the file."""
    try:
        graph = compile_plan(resolve(spec))
    except GraphError as error:
        raise SpecError(*(in_file(fault, spec) for fault in error.faults)) from None
    return graph if features is None else graph.select({str(f): tap(graph, f) for f in features})


def in_file(fault: Fault, spec: NetSpec) -> Fault:
    """A fault of the graph with the place of the stem, stage or head that laid the node."""
    top = fault.node.partition(".")[0]
    path = ("stages", int(top[5:]) - 1) if top.startswith("layer") and top[5:].isdigit() else ("stem",)
    return replace(fault, mark=spec.origin.root.nearest(path).mark)


def tap(graph: Graph, feature: Feature) -> str:
    """The node that holds a feature."""
    name = ("stem" if feature == 0 else f"layer{feature}") if isinstance(feature, int) else feature
    if name in graph.taps:
        return graph.taps[name]
    inside = [node.name for node in graph if node.name == name or node.site == name]
    if not inside:
        known = [*graph.taps, *dict.fromkeys(node.site for node in graph if node.site)]
        raise SpecError(Fault("RS212", f"there is no feature {feature!r}", remedy=did_you_mean(name, known)))
    return inside[-1]


__all__ = ["Feature", "Template", "compile_plan", "compile_spec", "placed", "tap", "template"]
