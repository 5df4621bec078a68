"""Exact costs of a node and of a graph, for one image in eval mode."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from resspec.ir import Node, Op, Shape

CONVENTION = (
    "macs: multiply-accumulates of convolutions and matrix products; flops: 2 x macs + every other arithmetic operation"
    " (bias, norm, activation, add, pool); activations: outputs of convolutions and matrix products;"
    " one image, eval mode"
)


@dataclass(frozen=True, slots=True)
class Costs:
    """params and buffers in elements; macs, flops and activations for one image."""

    params: int = 0
    buffers: int = 0
    macs: int = 0
    flops: int = 0
    activations: int = 0

    def __add__(self, other: Costs) -> Costs:
        return Costs(
            self.params + other.params,
            self.buffers + other.buffers,
            self.macs + other.macs,
            self.flops + other.flops,
            self.activations + other.activations,
        )

    def times(self, count: int) -> Costs:
        """The costs of `count` equal pieces."""
        return Costs(*(count * value for value in self.values()))

    def values(self) -> tuple[int, int, int, int, int]:
        """The figures in order."""
        return self.params, self.buffers, self.macs, self.flops, self.activations

    def to_dict(self) -> dict[str, int]:
        """The figures by name."""
        return dict(zip(NAMES, self.values(), strict=True))


NAMES = ("params", "buffers", "macs", "flops", "activations")


@lru_cache(maxsize=65_536)
def op_costs(op: Op, ins: tuple[Shape, ...], out: Shape) -> Costs:
    """The costs of one op between these shapes."""
    learned = kept = 0
    for weight in op.weights():
        if weight.learned:
            learned += math.prod(weight.shape)
        else:
            kept += math.prod(weight.shape)
    work = op.work(ins, out)
    return Costs(learned, kept, work.macs, work.flops, work.activations)


def node_costs(node: Node, ins: tuple[Shape, ...]) -> Costs:
    """The costs of a node with operands of these shapes; tensors count where they are owned, work wherever it is
    done."""
    costs = op_costs(node.op, ins, node.shape)
    return replace(costs, params=0, buffers=0) if node.shares else costs


def total(costs: Iterable[Costs]) -> Costs:
    """The sum."""
    params = buffers = macs = flops = activations = 0
    for cost in costs:
        params += cost.params
        buffers += cost.buffers
        macs += cost.macs
        flops += cost.flops
        activations += cost.activations
    return Costs(params, buffers, macs, flops, activations)
