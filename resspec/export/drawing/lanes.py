"""The layout of boxes in ranks and lanes: a box stands below what it reads; a block's body is lane 0, and every way
round it (a shortcut, a gate, a line that skips) runs in a lane of its own to the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from resspec.export.drawing.scene import Box
from resspec.export.drawing.skips import ENTRY

LINE_LANE = 12.0
"""Width of a lane that holds lines alone."""


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a box, and how far from its left side the line enters it."""

    width: float
    height: float
    axis: float


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one box (or the entry) to another, in the lane where it runs down."""

    source: str
    target: str
    lane: int


@dataclass(slots=True)
class Lanes:
    """Ranks from the top (the entry is -1), lanes from the main line to the right."""

    rank: dict[str, int] = field(default_factory=dict)
    lane: dict[str, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    taken: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of lanes."""
        return 1 + max((*self.lane.values(), *(link.lane for link in self.links)), default=0)

    def free(self, first: int, last: int, start: int = 1) -> int:
        """The first lane that is free from rank to rank, now taken."""
        lane = start
        while any(a <= last and first <= b for a, b in self.taken.get(lane, [])):
            lane += 1
        self.taken.setdefault(lane, []).append((first, last))
        return lane


def lanes_of(boxes: Sequence[Box]) -> Lanes:
    """Ranks by the longest way, lanes by chains, short ones nearest to the main line."""
    found = Lanes()
    for box in boxes:
        found.rank[box.key] = 1 + max((found.rank.get(name, -1) for name in box.inputs), default=-1)
    by_key = {box.key: box for box in boxes}
    main = _chain(by_key, found, boxes[-1].key)
    for key in main:
        found.lane[key] = 0
    found.taken[0] = [(-1, len(boxes))]
    _lay_chains(boxes, by_key, found)
    _lay_links(boxes, found)
    return found


def _chain(by_key: Mapping[str, Box], found: Lanes, last: str) -> list[str]:
    """A way up from a box through boxes without a lane: by maps rather than factors, then by the deepest."""
    way = []
    name = last
    while name != ENTRY and name in by_key and name not in found.lane:
        way.append(name)
        way_up = [source for source in by_key[name].inputs if source == ENTRY or source not in found.lane]
        maps = [n for n in way_up if n == ENTRY or by_key[n].shape[1:] != (1, 1)]
        name = max(maps or way_up or [ENTRY], key=lambda n: _weight(by_key, found, n))
    return way


def _weight(by_key: Mapping[str, Box], found: Lanes, name: str) -> tuple[int, int]:
    """What makes a box part of the main way: how deep it stands, then its work."""
    return found.rank.get(name, -1), by_key[name].load.macs if name in by_key else 0


def _lay_chains(boxes: Sequence[Box], by_key: Mapping[str, Box], found: Lanes) -> None:
    """A lane for every chain beside the main line."""
    chains = []
    for box in reversed(boxes):
        if box.key not in found.lane:
            chain = _chain(by_key, found, box.key)
            for key in chain:
                found.lane[key] = -1
            chains.append(chain)
    spans = []
    for chain in chains:
        readers = [_reach(found, box) for box in boxes if chain[0] in box.inputs]
        spans.append((found.rank[chain[-1]], max(readers, default=found.rank[chain[0]]), chain))
    for first, last, chain in sorted(spans, key=lambda span: (span[1] - span[0], span[0])):
        lane = found.free(first, max(last, found.rank[chain[0]]))
        for key in chain:
            found.lane[key] = lane


def _lay_links(boxes: Sequence[Box], found: Lanes) -> None:
    """A lane for every line: straight down where it may be, else its source's or target's, else a free one."""
    for box in boxes:
        for source in box.inputs:
            above, below = found.rank.get(source, -1), found.rank[box.key]
            start, end = found.lane.get(source, 0), found.lane[box.key]
            if start != 0 and (start == end or below - above > 1 or box.sign):
                lane = start  # kept free down to its last reader
            elif not _blocked(found, end, above + 1, below - 1):
                lane = end
            else:
                lane = found.free(above + 1, _reach(found, box))
            found.links.append(Link(source, box.key, lane))


def _reach(found: Lanes, box: Box) -> int:
    """The last rank that a line to a box comes through: it enters a join from the side, any other box from above."""
    return found.rank[box.key] - (not box.sign)


def _blocked(found: Lanes, lane: int, first: int, last: int) -> bool:
    ranks = [found.rank[key] for key, other in found.lane.items() if other == lane]
    return any(first <= rank <= last for rank in ranks)
