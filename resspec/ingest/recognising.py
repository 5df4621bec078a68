"""Networks that are no classifiers: a shipped one whose names the tensors have, resized where their shapes differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from resspec.compile import compile_spec
from resspec.errors import Fault
from resspec.export.naming import WRAPPERS, Peer, peers, unwrapped
from resspec.ingest.anatomy import COUNTER, Shape, Tensors, without_counters
from resspec.ingest.fit import Misfit, difference, faults_of
from resspec.ingest.resizing import resized
from resspec.ingest.templates import is_of, shipped, tensors, unclassed
from resspec.ingest.told import Inferred
from resspec.spec.loading import shipped_specs
from resspec.spec.net import NetSpec

COMPARED = 4
"""How many shipped networks of the nearest shapes are compared by name where nothing fits."""
AKIN = 0.5
"""The share of names that tensors and the nearest network have in common, so that it is worth telling."""


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


def recognised(given: Tensors, like: str = "", exclude: Collection[str] = ()) -> Inferred | None:
    """The network of tensors that have all names of a shipped one which is no classifier; None where there is none.
    Of several the one whose shapes are nearest is taken; `equals` are those that are other networks."""
    names = [name for name in unclassed() if name not in exclude and like in ("", name)]
    found: list[tuple[NetSpec, Alike]] = []
    for alike in sorted(likenesses(given, names), key=lambda alike: alike.rank):
        if found and alike.reshaped and not found[0][1].reshaped:
            break  # those of the very shapes came first
        if spec := alike.resized(given):
            found.append((spec, alike))
    if not found:
        return None
    spec, first = found[0]
    own = compile_spec(spec).fingerprint
    others = [alike.name for other, alike in found if compile_spec(other).fingerprint != own]
    return Inferred(spec, first.peer.name, first.name, tuple(dict.fromkeys(others)))


def likenesses(given: Tensors, names: Iterable[str]) -> Iterator[Alike]:
    """The shipped networks that have the names of these tensors, and under which naming: counted first, since names
    take a hundred times as long."""
    usable = [peer for peer in peers() if may_name(peer, given)]
    for name in names:
        own = tensors(name)
        if uncounted := has_counters(own) and not has_counters(given):
            own = without_counters(own)
        if len(own) == len(given):
            for peer in usable:
                places = named(own, peer)
                if places.keys() == given.keys():
                    reshaped = sum(own[ours] != given[theirs] for theirs, ours in places.items())
                    yield Alike(name, peer, places, reshaped, [*places] == [*given], uncounted)


def may_name(peer: Peer, given: Tensors) -> bool:
    """Whether every name may be the peer's, with a prefix that was taken off as a wrapper's."""
    pattern = re.compile(peer.all)
    return any(all(pattern.match(prefix + name) for name in given) for prefix in ("", *WRAPPERS))


def has_counters(tensors: Iterable[str]) -> bool:
    """Whether batches are counted; old checkpoints have no counters, nor have frozen norms."""
    return any(name.endswith(COUNTER) for name in tensors)


def named(own: Iterable[str], peer: Peer) -> dict[str, str]:
    """Our names by a peer's, in the peer's order, as these are without wrappers' prefixes."""
    return {theirs: ours for ours, theirs in unwrapped(peer.names(own)).items()}


def nearest_faults(given: Tensors, like: str = "") -> list[Fault]:
    """What does not fit the nearest shipped network: one of these names, else of these shapes; nothing where none is
    near."""
    alike = min(likenesses(given, [like] if like else unclassed()), key=lambda found: found.rank, default=None)
    if alike:
        return list(faults_of(given, shipped(alike.name), alike.peer, alike.name))
    valued = without_counters(given)
    shapes = Counter(valued.values())
    near = [like] if like else sorted(shipped_specs(), key=lambda name: apart(shapes_of(name), shapes))[:COMPARED]
    usable = [peer for peer in peers() if may_name(peer, given)] or [*peers()]
    found = [(misfit_of(name, peer, valued), name, peer) for name in near for peer in usable]
    misfit, name, peer = min(found, key=lambda each: lacking(each[0]))
    common = len(valued) - len(misfit.unknown)
    if common < AKIN * (len(valued) + len(misfit.missing)) and not like:
        return []
    return list(faults_of(given, shipped(name), peer, name))


def shapes_of(name: str) -> Counter[Shape]:
    """The shapes of a shipped network's tensors."""
    return Counter(without_counters(tensors(name)).values())


def apart(own: Counter[Shape], given: Counter[Shape]) -> tuple[bool, int]:
    """How far shapes are: those that hold all of a network's come first, then how many have no partner."""
    lacking = (own - given).total()
    return lacking > 0, lacking + (given - own).total()


def lacking(misfit: Misfit) -> tuple[bool, int]:
    """How far names and shapes are, likewise."""
    return bool(misfit.missing or misfit.reshaped), misfit.count


def misfit_of(name: str, peer: Peer, valued: Tensors) -> Misfit:
    """What differs between a shipped network's tensors and the given ones that hold values."""
    own = without_counters(tensors(name))
    return difference({theirs: own[ours] for theirs, ours in named(own, peer).items()}, valued)
