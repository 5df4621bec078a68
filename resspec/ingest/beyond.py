"""Networks that tell no classes of images apart (with decoders, heads over places, generators, critics): the shipped
one of the given names, its classes counted anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cache

from resspec.errors import SpecError
from resspec.export.naming import Peer, peers
from resspec.ingest.anatomy import Tensors, without_counters
from resspec.ingest.fit import misfit, named, tensors_of
from resspec.ingest.templates import classifiers, shipped
from resspec.plan import resolve
from resspec.spec.loading import load_spec, shipped_specs
from resspec.spec.net import NetSpec

Match = tuple[str, NetSpec, Peer]
"""A shipped name, the spec that has the given tensors, and the naming that these bear."""


@cache
def makers() -> tuple[str, ...]:
    """The shipped specs that are no classifiers, the shortest name first."""
    return tuple(sorted(set(shipped_specs()) - set(classifiers()), key=lambda name: (len(name), name)))


@cache
def ranks_of(name: str) -> tuple[int, ...]:
    """How many tensors of each number of dimensions a shipped network has: what no number of classes changes."""
    return counted(without_counters(tensors_of(shipped(name))))


def counted(tensors: Tensors) -> tuple[int, ...]:
    """How many tensors have 0, 1, 2, 3, 4 and 5 dimensions."""
    ranks = [len(shape) for shape in tensors.values()]
    return tuple(ranks.count(rank) for rank in range(6))


def matches(given: Tensors, exclude: Collection[str] = ()) -> Iterator[Match]:
    """The shipped networks whose tensors are the given ones, perhaps with another number of classes: first those with
    the same counters of batches, which frozen norms have not, then those that differ there, last in classes."""
    valued = without_counters(given)
    told = counted(valued)
    frozen: list[Match] = []
    later: list[Match] = []
    for name in makers():
        if name in exclude or ranks_of(name) != told:
            continue
        for peer in peers():
            whole = named(shipped(name), peer)
            wanted = without_counters(whole)
            if wanted.keys() != valued.keys():
                continue
            if wanted == valued and whole.keys() == given.keys():
                yield name, shipped(name), peer
            elif wanted == valued:
                frozen.append((name, shipped(name), peer))
            else:
                later += [(name, spec, peer) for spec in counted_anew(name, wanted, valued, peer)]
            break
    yield from (*frozen, *later)


def counted_anew(name: str, wanted: Tensors, given: Tensors, peer: Peer) -> Iterator[NetSpec]:
    """The shipped network with as many classes as the given tensors have, where it fits then."""
    known = classes_in(shipped(name))
    if not known:
        return
    other = [(given[key], shape) for key, shape in wanted.items() if shape != given[key] and shape and given[key]]
    counts = {mine[0] * known // theirs[0] for mine, theirs in other if mine[0] * known % theirs[0] == 0}
    for count in sorted(counts - {known}):
        with suppress(SpecError):
            spec = load_spec(name, f"classes={count}")
            if misfit(spec, peer, given).count == 0:
                yield spec


def classes_in(spec: NetSpec) -> int:
    """The number of classes that a spec's heads tell apart; 0 where they tell none."""
    dense = resolve(spec).dense
    return getattr(dense.heads, "classes", 0) if dense else 0
