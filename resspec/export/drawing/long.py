"""Long skips: lines from one stage to another that pass stages between, as U shapes and pyramids have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resspec.export.drawing.scene import Box
from resspec.export.drawing.skips import ENTRY

LONG: dict[str, str | float] = {"stroke": "#0f766e", "stroke_width": 1.8}


@dataclass(frozen=True, slots=True)
class Long:
    """A line from a stage to another by place (the input is -1), in a lane; lane 0 holds the shortest."""

    start: int
    end: int
    lane: int


def longs(stages: Sequence[Box]) -> tuple[Long, ...]:
    """The long skips of a row of stages, in lanes where none crosses another of the same lane."""
    place = {ENTRY: -1, **{box.key: at for at, box in enumerate(stages)}}
    spans = [(place[source], end) for end, box in enumerate(stages) for source in box.inputs]
    lanes: list[list[tuple[int, int]]] = []
    found = []
    for start, end in sorted((span for span in spans if span[1] - span[0] > 1), key=lambda s: (s[1] - s[0], s)):
        lane = next((n for n, taken in enumerate(lanes) if all(end <= a or b <= start for a, b in taken)), len(lanes))
        lanes += [[]] * (lane == len(lanes))
        lanes[lane] = [*lanes[lane], (start, end)]
        found.append(Long(start, end, lane))
    return tuple(found)


def neighbours(stages: Sequence[Box]) -> tuple[tuple[int, int], ...]:
    """The stages that read the one before them, by place: (before, stage)."""
    keys = [ENTRY, *(box.key for box in stages)]
    return tuple((at - 1, at) for at, box in enumerate(stages) if keys[at] in (box.inputs or (ENTRY,)))
