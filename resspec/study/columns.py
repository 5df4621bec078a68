"""What a chain counts of each point: the exact counts always, latency and memory where a budget asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resspec.analysis.latency import Table, op_nanoseconds
from resspec.analysis.memory import tensor_bytes
from resspec.ir import Node, Shape
from resspec.spec.budgets import COSTS, QUANTITIES

Ints = NDArray[np.int64]

Extra = tuple[int, int, int]
"""What a part takes beside its counts: bytes of weights, nanoseconds, bytes alive at its peak."""

NOTHING: Extra = (0, 0, 0)


@dataclass(frozen=True)
class Columns:
    """The columns of a chain's figures, in the order of QUANTITIES: the counts, or all (what is not asked is 0 there).
    In tables of parts memory is two columns: in its own place bytes of weights, which add up, and at the end bytes
    alive at the peak, of which the largest counts."""

    wide: bool = False
    table: Table | None = None
    memory: bool = False

    @classmethod
    def of(cls, asked: Collection[str], table: Table | None) -> Columns:
        """Those for budgets on these quantities; the table where latency is among them."""
        return cls(bool(set(asked) - set(COSTS)), table, "memory" in asked)

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities of the figures."""
        return tuple(QUANTITIES) if self.wide else COSTS

    def know(self, name: str) -> bool:
        """Whether the figures have this quantity."""
        asked = {"latency": self.table is not None, "memory": self.memory}
        return self.wide and asked[name] if name in asked else True

    @property
    def parts(self) -> int:
        """Columns of tables of parts."""
        return len(QUANTITIES) + 1 if self.wide else len(COSTS)

    @property
    def summed(self) -> int:
        """The first so many columns of tables of parts are sums; that is all of them where memory is not asked."""
        return self.parts - 1 if self.wide else self.parts

    def added(self, nodes: Iterable[tuple[Node, tuple[Shape, ...]]]) -> tuple[int, int]:
        """Bytes of weights and nanoseconds of nodes with the shapes they are given."""
        nanoseconds = weights = 0
        for node, shapes in nodes:
            if self.table is not None:
                nanoseconds += op_nanoseconds(node.op, shapes, node.shape, self.table)
            if self.memory:
                weights += sum(tensor_bytes(weight) for weight in node.weights)
        return weights, nanoseconds

    def join(self, total: Ints, parts: Ints) -> None:
        """Put parts [n, parts] behind runs of them, in place."""
        if not self.wide:
            total += parts
            return
        total[:, :-1] += parts[:, :-1]
        np.maximum(total[:, -1], parts[:, -1], out=total[:, -1])

    def figures(self, total: Ints) -> Ints:
        """The figures [n, quantities] of whole nets."""
        if not self.wide:
            return total
        found = total[:, :-1].copy()
        found[:, PLACES["memory"]] += total[:, -1]
        return found


PLACES = {name: place for place, name in enumerate(QUANTITIES)}
"""The column of each quantity; the counts are the first, so that they stand there in narrow figures too."""
