"""The time of each operation where it stands: a network is run op by op, so that an op meets the caches, and the
tensors just written, as it does in the module. The times of a run add up to the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import torch

from resspec.export.module import build_module
from resspec.export.source import source_of
from resspec.ir import Graph, Node, Op, Shape
from resspec.ir.ops import Index, Input
from resspec.timing.device import wait

Run = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Step:
    """What runs a node: the values it reads, and those that nobody needs behind it."""

    node: Node
    run: Run
    dead: tuple[str, ...]


@dataclass(frozen=True)
class Walk:
    """A network that can be run op by op on one batch."""

    graph: Graph
    steps: tuple[Step, ...]
    given: tuple[torch.Tensor, ...]

    @classmethod
    def of(cls, graph: Graph, *given: torch.Tensor) -> Self:
        """On the device and in the type of the first of what the network is given."""
        return cls(graph, tuple(_step(graph, node, given[0]) for node in graph if node.op.arity), given)

    @property
    def x(self) -> torch.Tensor:
        """The images."""
        return self.given[0]

    def values(self) -> dict[str, torch.Tensor]:
        """The inputs by name."""
        return {argument.name: value for argument, value in zip(self.graph.signature, self.given, strict=True)}

    def times(self) -> list[float]:
        """The seconds of each step of one run; on a GPU by events, so that the run is not held up by its timing."""
        return self._by_events() if self.x.device.type == "cuda" else self._by_clock()

    def _by_clock(self) -> list[float]:
        values = self.values()
        marks = [time.perf_counter()]
        for step in self.steps:
            _run(step, values)
            wait(self.x.device)
            marks.append(time.perf_counter())
        return [after - before for before, after in pairwise(marks)]

    def _by_events(self) -> list[float]:
        values = self.values()
        marks = [torch.cuda.Event(enable_timing=True) for _ in range(len(self.steps) + 1)]
        marks[0].record()
        for step, mark in zip(self.steps, marks[1:], strict=True):
            _run(step, values)
            mark.record()
        wait(self.x.device)
        return [before.elapsed_time(after) / 1e3 for before, after in pairwise(marks)]


def _run(step: Step, values: dict[str, torch.Tensor]) -> None:
    """Run a step on values by name, which it changes."""
    values[step.node.name] = step.run(*[values[name] for name in step.node.inputs])
    for name in step.dead:
        del values[name]


def _step(graph: Graph, node: Node, x: torch.Tensor) -> Step:
    dead = tuple(source for source in dict.fromkeys(node.inputs) if graph.consumers[source][-1] == node.name)
    return Step(node, runner(node.op, graph.shapes_in(node), node.shape, x, graph.may_overwrite(node.name)), dead)


def runner(op: Op, ins: tuple[Shape, ...], out: Shape, like: torch.Tensor, inplace: bool = False) -> Run:
    """An op alone, as the emitted module runs it, on the device and in the type of `like`."""
    reads = tuple(f"x{place}" for place in range(len(ins)))
    inputs = [
        Node(name, Input(shape) if shape else Index(1), (), shape) for name, shape in zip(reads, ins, strict=True)
    ]
    alone = Graph.of([*inputs, Node("op", op, reads, out)], {"output": "op"})
    net = build_module(source_of(alone), 0, like.device, like.dtype).eval()
    own = getattr(net, "op", None)
    if own is None:
        return net.forward
    if inplace and hasattr(own, "inplace"):
        own.inplace = True
    return own  # type: ignore[no-any-return]
