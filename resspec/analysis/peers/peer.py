"""What a profile of a counter is made of: rules that read the facts of one operation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resspec.errors import Fault, GraphError
from resspec.ir import Op, Shape
from resspec.ir.ops import ResizeLike, Upsample


@dataclass(frozen=True, slots=True)
class Place:
    """An operation between the shapes of its operands and of its output; `inplace` where it is written over the
    first."""

    op: Op
    ins: tuple[Shape, ...]
    out: Shape
    inplace: bool = False

    @property
    def macs(self) -> int:
        """Multiply-accumulates, as resspec counts them."""
        return self.op.work(self.ins, self.out).macs

    @property
    def reads(self) -> int:
        """Elements of the first operand."""
        return math.prod(self.ins[0])

    @property
    def writes(self) -> int:
        """Elements of the output."""
        return math.prod(self.out)

    @property
    def bias(self) -> int:
        """One addition per output element where the op owns a bias."""
        return self.writes if any(weight.name == "bias" for weight in self.op.weights()) else 0

    @property
    def kernel(self) -> int:
        """Elements of the op's first tensor."""
        return self.op.weights()[0].elements


Rule = Callable[[Place], int]


def macs(place: Place) -> int:
    """Multiply-accumulates."""
    return place.macs


def macs_and_bias(place: Place) -> int:
    """Multiply-accumulates, and one per biased output element."""
    return place.macs + place.bias


def twice_macs(place: Place) -> int:
    """Two per multiply-accumulate."""
    return 2 * place.macs


def twice_macs_and_bias(place: Place) -> int:
    """Two per multiply-accumulate, and one per biased output element."""
    return 2 * place.macs + place.bias


def per_read(times: int = 1) -> Rule:
    """`times` per element of the first operand."""
    return lambda place: times * place.reads


def per_write(times: int = 1) -> Rule:
    """`times` per output element."""
    return lambda place: times * place.writes


def on_output_grid(place: Place) -> int:
    """Multiply-accumulates of a transposed convolution as if each output element saw the whole kernel."""
    return place.writes // place.out[0] * place.kernel


def interpolated(bilinear: int, nearest: int) -> Rule:
    """So much per output element of an interpolation, by its mode."""

    def count(place: Place) -> int:
        assert isinstance(place.op, (ResizeLike, Upsample))
        return place.writes * (bilinear if place.op.mode == "bilinear" else nearest)

    return count


@dataclass(frozen=True, slots=True)
class Peer:
    """How one counter arrives at its total: a rule for each kind of operation it counts. It gives 0 to the kinds in
    `ignores`; a kind in neither is one whose treatment nobody has stated. `unit` is what it calls its total."""

    name: str
    call: str
    unit: str
    rules: Mapping[str, Rule]
    ignores: frozenset[str]
    about: str
    issue: str = ""
    digits: int | None = None
    """Decimal digits of thousand millions to which the total is published; None for whole operations."""

    def count(self, kind: str, place: Place) -> int:
        """What it counts for one operation of a spelt kind; a GraphError for a kind it has no statement on."""
        if rule := self.rules.get(kind):
            return rule(place)
        if kind not in self.ignores:
            raise GraphError(Fault("RS312", f"the profile of {self.name} does not say what it counts for {kind}"))
        return 0
