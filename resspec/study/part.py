"""What is known of a part of a network on an input of one shape, and the numbers that equal pieces share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from resspec.analysis.cost import Costs, total
from resspec.ir import Node, Shape
from resspec.study.columns import NOTHING, Extra

DIGEST_BYTES = 8


@dataclass(frozen=True, slots=True)
class Row:
    """What a sampler may know of a stage for free: its costs, output width, side of the map behind it, number of
    blocks, and the macs and params of each block."""

    costs: Costs
    width: int
    side: int
    depth: int
    blocks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a net on an input of one shape: its costs, the shape behind it, digests of the pieces it lays (equal
    parts have equal ones), a row for each stage in it, and what it takes beside its counts."""

    costs: Costs
    shape: Shape
    digests: tuple[int, ...]
    rows: tuple[Row, ...]
    extra: Extra = NOTHING
    maps: tuple[tuple[str, Shape], ...] = ()
    """The maps that it gives by name, where parts behind the next one may read them."""
    told: frozenset[int] = frozenset()
    """The values of a condition that it reads, by their numbers."""


def joined(parts: Sequence[Part]) -> Part:
    """Parts in a row as one."""
    digests = tuple(digest for part in parts for digest in part.digests)
    rows = tuple(row for part in parts for row in part.rows)
    return Part(total(part.costs for part in parts), parts[-1].shape, digests, rows)


def added_up(parts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Bytes of weights and nanoseconds of several parts."""
    weights, nanoseconds = zip(*parts, strict=True)
    return sum(weights), sum(nanoseconds)


def given(nodes: Iterable[Node], shapes: Mapping[str, Shape]) -> Iterator[tuple[Node, tuple[Shape, ...]]]:
    """Nodes with the shapes of what they read."""
    for node in nodes:
        yield node, tuple([shapes[name] for name in node.inputs])


def digest_of(nodes: Sequence[Node], out: str) -> int | None:
    """A number that follows from the ops and how they are wired; None where there is nothing."""
    if not nodes:
        return None
    places = {node.name: place for place, node in enumerate(nodes)}
    return hashed([(node.op, [places.get(name, name) for name in node.inputs]) for node in nodes], places.get(out, -1))


def hashed(*data: object) -> int:
    """A number that follows from what data is written as."""
    return int.from_bytes(hashlib.blake2b(repr(data).encode(), digest_size=DIGEST_BYTES).digest())
