"""The memory of inference by parts: a peak is a maximum over the schedule, so that of a net is the largest of those of
its stem, its stages and the rest, each read from the part's own graph behind a stand-in for what came before.

That holds where the net's own function keeps one value at a time; `comes_apart` looks."""

from __future__ import annotations

import math

from resspec.analysis.backward import FULL
from resspec.analysis.liveness import occupied
from resspec.analysis.memory import inference_bytes, tensor_bytes
from resspec.compile import INPUT, OUTPUT, Composer, Placed, compile_plan
from resspec.ir import Builder, Graph, Node, Shape, Value
from resspec.ir.ops import Conv2d, Input
from resspec.plan import Plan
from resspec.spec.limits import LIMITS

BEFORE = "before"
"""The name of what stands in for the parts before."""


def part_peak(plan: Plan, number: int, shape: Shape, held: int) -> int:
    """The bytes alive at most, in float32 and of one image, while a part of a net runs on an input of this shape
    (C, H, W): 0 the stem, then the stages, then the rest. The net's own input, which its caller holds, is left out.
    `held` are the elements of the last stage's input: while it is written as an argument of what follows, it lives
    on."""
    graph, image, stands_in = _part(plan, number, shape, held)
    own = (peak.elements(1) for peak in occupied(graph) if peak.node not in stands_in)
    most = max(own, default=image)  # critics have no stem: nothing runs there
    return FULL * (most - image)


def comes_apart(plan: Plan) -> bool:
    """Whether the largest peak of the parts is that of the net."""
    graph = compile_plan(plan)
    if not plan.is_chain:
        return False
    shapes = [plan.input, *(graph[graph.taps[name]].shape for name in ("stem", *(stage.name for stage in plan.stages)))]
    held = math.prod(shapes[-2])
    numbers = range(len(plan.stages) + 2)
    peaks = [part_peak(plan, number, shape, held) for number, shape in zip(numbers, shapes, strict=True)]
    weights = sum(tensor_bytes(weight) for node in graph for weight in node.weights)
    return weights + FULL * math.prod(plan.input) + max(peaks) == inference_bytes(graph)


def _part(plan: Plan, number: int, shape: Shape, held: int) -> tuple[Graph, int, frozenset[str]]:
    """The graph of a part, the elements of its input, and the nodes that stand in for others."""
    composer = Composer(Builder(), LIMITS)
    b = composer.b
    if number == 0:
        image = b.add(INPUT, Input(plan.input))
        x = composer.put(Placed(plan.stem, "", "stem", plan.stem.stem.kind, ((),)), image)
        return b.graph({OUTPUT: x}), math.prod(plan.input), frozenset({INPUT})
    last = number > len(plan.stages)
    image = b.add(INPUT, Input((1, 1, 1) if last else (1, *shape[1:])))
    x = b.add(BEFORE, Conv2d(1, held if last else shape[0]), image)
    if last:
        stage = plan.stages[-1].name
        inside = Node(f"{stage}.{BEFORE}", Conv2d(1, 1), (x.name,), shape, stage)
        b.nodes.append(inside)
        x = Value(inside.name, shape)
        x = composer.put(Placed(plan.final, "", "final", plan.final.final.kind, ((),)), x)
        assert plan.head is not None, "nets with other ends do not come apart"
        x = composer.put(Placed(plan.head, "", "head", plan.head.kind, ((),)), x)
    else:
        x = composer.put_stage(plan.stages[number - 1], number - 1, x)
    stands_in = frozenset({INPUT, BEFORE, f"{plan.stages[-1].name}.{BEFORE}"})
    return b.graph({OUTPUT: x}), math.prod(image.shape), stands_in
