"""Networks that are no classifiers: a shipped one whose names the tensors have, resized where their shapes differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from resspec.compile import compile_spec
from resspec.errors import Fault
from resspec.export.naming import Peer, peers
from resspec.ingest.alike import Alike, likenesses, may_name, named
from resspec.ingest.anatomy import Shape, Tensors, without_counters
from resspec.ingest.fit import Misfit, difference, faults_of
from resspec.ingest.templates import shipped, tensors, unclassed
from resspec.ingest.told import Inferred
from resspec.spec.loading import shipped_specs
from resspec.spec.net import NetSpec

COMPARED = 4
"""How many shipped networks of the nearest shapes are compared by name where nothing fits."""
AKIN = 0.5
"""The share of names that tensors and the nearest network have in common, so that it is worth telling."""


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
