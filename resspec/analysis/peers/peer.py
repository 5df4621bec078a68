"""What a profile of a counter is made of: rules that read the facts of one operation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resspec.errors import Fault, GraphError
from resspec.ir import Graph, Node, Op, Shape, Work
from resspec.ir.ops import ResizeLike, Upsample


@dataclass(frozen=True, slots=True)
class Place:
    """An operation between the shapes of its operands and of its output; `inplace` where it is written over the
    first. Where it runs on so many `regions` of an image, op and shapes are those of one region."""

    op: Op
    ins: tuple[Shape, ...]
    out: Shape
    inplace: bool = False
    regions: int = 1

    @property
    def work(self) -> Work:
        """The arithmetic on one region, as resspec counts it."""
        return self.op.work(self.ins, self.out)

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""
        return self.regions * self.work.macs

    @property
    def products(self) -> int:
        """Output elements of convolutions and matrix products."""
        return self.regions * self.work.activations

    @property
    def reads(self) -> int:
        """Elements of the first operand."""
        return self.regions * math.prod(self.ins[0])

    @property
    def writes(self) -> int:
        """Elements of the output."""
        return self.regions * math.prod(self.out)

    @property
    def channels(self) -> int:
        """Channels of the first operand."""
        return self.regions * self.ins[0][0]

    @property
    def pairs(self) -> int:
        """Pairs of the places of two maps."""
        left, right, *_ = self.ins
        return self.regions * math.prod(left[1:]) * math.prod(right[1:])

    @property
    def affine(self) -> bool:
        """Whether the op owns a scale."""
        return any(weight.name == "weight" for weight in self.op.weights())

    @property
    def bias(self) -> int:
        """One addition per output element where the op owns a bias."""
        return self.writes if any(weight.name == "bias" for weight in self.op.weights()) else 0

    @property
    def kernel(self) -> int:
        """Elements of the op's first tensor."""
        return self.op.weights()[0].elements


def place_of(graph: Graph, node: Node) -> Place:
    """An operation in its place in a graph."""
    op, ins = node.op, graph.shapes_in(node)
    regions = 1 if op.core is op else node.shape[0]
    return Place(op.core, tuple(map(op.one, ins)), op.one(node.shape), graph.may_overwrite(node.name), regions)


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


def per_pair(place: Place) -> int:
    """One per pair of places: the softmax of an attention."""
    return place.pairs


def scaled(bare: int, more: int = 1) -> Rule:
    """`bare` per element of a norm, and `more` where it owns a scale."""
    return lambda place: place.reads * (bare + more * place.affine)


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
