"""The latency of a forward pass, predicted from a table that was measured on the device: a sum over operations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from resspec.ir import Graph, Op, Shape

OTHERS: Final = "others"
"""The class of operations whose own class was not measured."""
TRUSTED: Final = 0.15
"""The median error on unseen networks beyond which a table may not bound a budget."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Seconds of the operations of one class: `fixed` per call, and per multiply-accumulate, per element read or
    written, and per element of its weights."""

    fixed: float
    macs: float
    moved: float
    weights: float

    def seconds(self, load: Load) -> float:
        """The seconds of an operation."""
        return self.fixed + self.macs * load.macs + self.moved * load.moved + self.weights * load.weights


@dataclass(frozen=True, slots=True)
class Load:
    """What an operation does to one batch: multiply-accumulates, elements read and written, elements of its weights."""

    macs: int
    moved: int
    weights: int

    @classmethod
    def of(cls, op: Op, ins: tuple[Shape, ...], out: Shape, images: int = 1) -> Load:
        """The load of an op between these shapes (without the batch)."""
        moved = sum(math.prod(shape) for shape in ins) + math.prod(out)
        weights = sum(weight.elements for weight in op.weights())
        return cls(images * op.work(ins, out).macs, 0 if op.aliases else images * moved, weights)


@dataclass(frozen=True, slots=True)
class Unseen:
    """A network that the table was not made from: its seconds as measured and as predicted."""

    name: str
    measured: float
    predicted: float

    @property
    def error(self) -> float:
        """The share by which the prediction is off."""
        return abs(self.predicted - self.measured) / self.measured


@dataclass(frozen=True)
class Table:
    """Rates by class of operation, for one device, element type, number of threads and batch size, and how the
    prediction did on networks that were not used to make it."""

    device: str
    dtype: str
    threads: int
    images: int
    torch: str
    rates: Mapping[str, Rate]
    unseen: tuple[Unseen, ...]

    @property
    def error(self) -> float:
        """The median error on unseen networks."""
        errors = sorted(one.error for one in self.unseen)
        middle = len(errors) // 2
        return errors[middle] if len(errors) % 2 else (errors[middle - 1] + errors[middle]) / 2

    @property
    def trusted(self) -> bool:
        """Whether the table may bound a budget."""
        return self.error <= TRUSTED

    def judged(self, unseen: Iterable[Unseen]) -> Self:
        """The same table with these networks to trust it by."""
        return replace(self, unseen=tuple(unseen))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        rates = {name: [rate.fixed, rate.macs, rate.moved, rate.weights] for name, rate in self.rates.items()}
        unseen = [[one.name, one.measured, one.predicted] for one in self.unseen]
        head = {"device": self.device, "dtype": self.dtype, "threads": self.threads, "images": self.images}
        return {**head, "torch": self.torch, "error": self.error, "rates": rates, "unseen": unseen}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The table of plain data; KeyError, TypeError or ValueError where it is none."""
        rates = {str(name): Rate(*(float(part) for part in rate)) for name, rate in data["rates"].items()}
        unseen = tuple(Unseen(str(name), float(took), float(said)) for name, took, said in data["unseen"])
        if OTHERS not in rates or not unseen:
            raise ValueError("neither rates nor networks to trust them by")
        device, dtype, torch = (str(data[key]) for key in ("device", "dtype", "torch"))
        return cls(device, dtype, int(data["threads"]), int(data["images"]), torch, rates, unseen)


def op_class(op: Op) -> str:
    """The class of operations that are as fast per unit of work: the kind, convolutions by kernel and grouping."""
    weights = [weight for weight in op.weights() if weight.name == "weight" and len(weight.shape) == 4]
    if not weights:
        return op.kind
    out, fan_in, kernel, _ = weights[0].shape
    grouping = "depthwise" if fan_in == 1 and out > 1 else "plain"
    return f"{op.kind} {kernel}x{kernel} {grouping}"


def op_seconds(op: Op, ins: tuple[Shape, ...], out: Shape, table: Table) -> float:
    """The predicted seconds of an op on one batch of `table.images`, between these shapes (without the batch). A
    network's latency is the sum over its ops, so a piece may be priced once and its figure kept. What draws at random
    is out of the way in eval mode."""
    if op.random and op.aliases:
        return 0.0
    rate = table.rates.get(op_class(op)) or table.rates[OTHERS]
    return rate.seconds(Load.of(op, ins, out, table.images))


def op_nanoseconds(op: Op, ins: tuple[Shape, ...], out: Shape, table: Table) -> int:
    """The same in whole nanoseconds, so that sums over pieces of a net are exactly the net's."""
    return round(1e9 * op_seconds(op, ins, out, table))


def graph_seconds(graph: Graph, table: Table) -> float:
    """The predicted seconds of a forward pass in eval mode without autograd, op by op as the emitted module runs."""
    return sum(op_seconds(node.op, graph.shapes_in(node), node.shape, table) for node in graph if node.op.arity)
