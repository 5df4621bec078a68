"""Whether a spec's tensors are the given ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from resspec.compile import compile_spec
from resspec.errors import Fault, ResspecError
from resspec.export.naming import Peer, unwrapped
from resspec.ingest.anatomy import Shape, Tensors, without_counters
from resspec.ir import Graph
from resspec.spec.net import NetSpec

SHOWN = 6
"""How many tensors a message names."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """The tensors that differ, in the given names: missing from the given, without a place in the network, and of
    another shape (given, wanted)."""

    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    reshaped: tuple[tuple[str, Shape, Shape], ...] = ()

    @property
    def count(self) -> int:
        """How many differ."""
        return len(self.missing) + len(self.unknown) + len(self.reshaped)


def tensors_of(spec: NetSpec) -> dict[str, Shape]:
    """The network's state_dict as an ordered map from our names to shapes; nothing is built."""
    return weights_of(compile_spec(spec))


def weights_of(graph: Graph) -> dict[str, Shape]:
    """A graph's state_dict as an ordered map from our names to shapes."""
    return {f"{node.name}.{weight.name}": weight.shape for node in graph for weight in node.weights
            if weight.persistent}  # fmt: skip


def named(spec: NetSpec, peer: Peer) -> dict[str, Shape]:
    """The network's state_dict under a peer's names, in the peer's order, as they are without wrappers' prefixes."""
    own = tensors_of(spec)
    return {theirs: own[name] for name, theirs in unwrapped(peer.names(own)).items()}


def misfit(spec: NetSpec, peer: Peer, given: Tensors) -> Misfit:
    """What differs between a network's tensors and the given ones, counters of batches left out."""
    return difference(without_counters(named(spec, peer)), without_counters(given))


def difference(wanted: Tensors, given: Tensors) -> Misfit:
    """What differs between tensors."""
    return Misfit(
        tuple(name for name in wanted if name not in given),
        tuple(name for name in given if name not in wanted),
        tuple((name, given[name], wanted[name]) for name in wanted if name in given and wanted[name] != given[name]),
    )


def in_order(spec: NetSpec, peer: Peer, given: Tensors) -> bool:
    """Whether tensors that fit stand in the network's order, as far as its writer kept one: safetensors sorts."""
    own = list(without_counters(given))
    return own == sorted(own) or own == list(without_counters(named(spec, peer)))


def unlike(spec: NetSpec, given: Tensors) -> int:
    """How many tensors of a network or of the given ones have no partner of their shape, whatever the names."""
    wanted = Counter(without_counters(tensors_of(spec)).values())
    shapes = Counter(without_counters(given).values())
    return (wanted - shapes).total() + (shapes - wanted).total()


def fits(spec: NetSpec, peer: Peer, given: Tensors) -> bool:
    """Whether the network's tensors are the given ones, by name and shape."""
    try:
        if unlike(spec, given):  # told in a tenth of the time that names take
            return False
        return misfit(spec, peer, given).count == 0
    except ResspecError:
        return False


def faults_of(given: Tensors, spec: NetSpec, peer: Peer, name: str = "") -> Iterator[Fault]:
    """What does not fit a spec, which was told by this name or found."""
    found: Misfit = misfit(spec, peer, given)
    nearby = f"{name or 'the nearest network that resspec can say'} ({peer.name} names)"
    if found.missing:
        yield Fault("RS612", f"{nearby} has {len(found.missing)} tensors more: {some(found.missing)}")
    if found.unknown:
        yield Fault("RS613", f"{len(found.unknown)} tensors have no place in {nearby}: {some(found.unknown)}")
    if found.reshaped:
        texts = [f"{name} {own} (there {wanted})" for name, own, wanted in found.reshaped]
        yield Fault("RS614", f"{len(texts)} tensors have another shape in {nearby}: {some(texts)}")


def some(names: Collection[str]) -> str:
    """The first few names."""
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(list(names)[:SHOWN]) + rest
