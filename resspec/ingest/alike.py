"""Shipped networks whose names given tensors have, under a peer's naming."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from resspec.export.naming import WRAPPERS, Peer, peers, unwrapped
from resspec.ingest.anatomy import Tensors, without_counters
from resspec.ingest.resizing import resized
from resspec.ingest.templates import is_of, shipped, tensors
from resspec.spec.net import NetSpec


@dataclass(frozen=True, slots=True)
class Alike:
    """A shipped network that has the names of given tensors under a peer's naming: its own names by the given ones, how
    many of its tensors have another shape, whether its order is theirs, and whether counters of batches are missing."""

    name: str
    peer: Peer
    own: dict[str, str]
    reshaped: int
    ordered: bool
    uncounted: bool

    @property
    def rank(self) -> tuple[int, bool, bool, bool, int, str]:
        """How far it is: by shapes, counters, order, the house whose naming it is; the shortest name first."""
        foreign = not is_of(self.peer, (shipped(self.name).source or "").lower())
        return self.reshaped, self.uncounted, not self.ordered, foreign, len(self.name), self.name

    def resized(self, given: Tensors) -> NetSpec | None:
        """The network with the shapes of the given tensors."""
        return resized(shipped(self.name), without_counters({ours: given[name] for name, ours in self.own.items()}))


def likenesses(given: Tensors, names: Iterable[str]) -> Iterator[Alike]:
    """The shipped networks that have the names of these tensors, and under which naming: counted first, since names
    take a hundred times as long."""
    usable = [peer for peer in peers() if may_name(peer, given)]
    for name in names:
        own = tensors(name)
        if not is_as_many(own, given):
            continue
        seen: list[dict[str, str]] = []
        for peer in usable:
            places = named(own, peer)
            if given.keys() <= places.keys():
                places = {theirs: ours for theirs, ours in places.items() if theirs in given}
                if places not in seen:
                    seen.append(places)
                    reshaped = sum(own[ours] != given[theirs] for theirs, ours in places.items())
                    yield Alike(name, peer, places, reshaped, [*places] == [*given], len(given) < len(own))


def is_as_many(own: Tensors, given: Tensors) -> bool:
    """Whether a network has as many tensors that hold values as are given, and no fewer counters of batches: old
    checkpoints have none, nor have frozen norms."""
    return len(given) <= len(own) and len(without_counters(own)) == len(without_counters(given))


def may_name(peer: Peer, given: Tensors) -> bool:
    """Whether every name may be the peer's, with a prefix that was taken off as a wrapper's."""
    pattern = re.compile(peer.all)
    return any(all(pattern.match(prefix + name) for name in given) for prefix in ("", *WRAPPERS))


def named(own: Iterable[str], peer: Peer) -> dict[str, str]:
    """Our names by a peer's, in the peer's order, as these are without wrappers' prefixes."""
    return {theirs: ours for ours, theirs in unwrapped(peer.names(own)).items()}
