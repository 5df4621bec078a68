"""Parts behind a body as rows of steps: each reads some maps and gives another, so that it can be laid, and priced,
without the others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from resspec.ir import Builder, Value

IMAGE = "image"
"""The name of the image, which is read for its size alone."""


class Laid(Hashable, Protocol):
    """What a step lays: a frozen record of all that it follows from, the maps aside. Equal ones lay the same."""

    def lay(self, b: Builder, *maps: Value) -> Value:
        """Lay it on these maps: the map that it gives."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """What is laid, the names of the maps that it reads, and the name of the one that it gives."""

    laid: Laid
    reads: tuple[str, ...]
    gives: str


def numbered(maps: Iterable[Value]) -> dict[str, Value]:
    """The maps that a part reads, by the names that its steps have for them: 0, 1, …, from the largest."""
    return {str(place): x for place, x in enumerate(maps)}


def lay_all(b: Builder, steps: Sequence[Step], maps: Mapping[str, Value]) -> dict[str, Value]:
    """Lay steps in order: all maps by name, those given and those made."""
    known = dict(maps)
    for step in steps:
        known[step.gives] = step.laid.lay(b, *(known[name] for name in step.reads))
    return known


def last_of(b: Builder, steps: Sequence[Step], maps: Sequence[Value], image: Value) -> Value:
    """Lay the steps of a decoder: the map that the last gives, or where there are none the last map that it reads."""
    known = lay_all(b, steps, {**numbered(maps), IMAGE: image})
    return known[steps[-1].gives] if steps else maps[-1]
