"""What other counters give for a network, derived from its facts: one frozen profile for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resspec.analysis.peers.dispatching import FLOP_COUNTER_MODE, PTFLOPS_ATEN, TORCHVISION
from resspec.analysis.peers.kinds import KINDS
from resspec.analysis.peers.peer import Peer, place_of
from resspec.analysis.peers.spelling import SPELLINGS, Spelling, spelling_of
from resspec.analysis.peers.tracing import FVCORE, FVCORE_ACTIVATIONS, TORCHPROFILE
from resspec.analysis.peers.wrapping import CALFLOPS, PTFLOPS_PYTORCH, PYCLS, THOP, TORCHINFO
from resspec.errors import GraphError
from resspec.ir import Graph

PEERS = (
    FLOP_COUNTER_MODE,
    TORCHVISION,
    PYCLS,
    PTFLOPS_ATEN,
    TORCHINFO,
    TORCHPROFILE,
    FVCORE,
    FVCORE_ACTIVATIONS,
    PTFLOPS_PYTORCH,
    THOP,
    CALFLOPS,
)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one counter gives for a network: `total` in its own unit (None where its profile does not know an
    operation), and what it counts or forgets."""

    peer: Peer
    total: int | float | None
    about: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        peer = self.peer
        return {
            "counter": peer.name,
            "call": peer.call,
            "unit": peer.unit,
            "total": self.total,
            "about": self.about,
            "issue": peer.issue,
        }


def counted(graph: Graph, peer: Peer, spelling: Spelling = SPELLINGS["resspec"]) -> int | float:
    """The total that a counter gives for one image; a GraphError where its profile does not know an operation."""
    total = 0
    for node in graph:
        if node.op.arity:
            total += peer.count(spelling.kind(graph, node), place_of(graph, node))
    return total if peer.digits is None else round(total / 1e9, peer.digits)


def reconcile(graph: Graph, spelling: str = "resspec") -> tuple[Reconciled, ...]:
    """What every counter gives for the module that resspec builds, or for the same network as another source spells
    it."""
    spelt = spelling_of(spelling)
    return tuple(_reconciled(graph, peer, spelt) for peer in PEERS)


def _reconciled(graph: Graph, peer: Peer, spelling: Spelling) -> Reconciled:
    try:
        return Reconciled(peer, counted(graph, peer, spelling), peer.about)
    except GraphError as error:
        return Reconciled(peer, None, error.faults[0].message)


__all__ = ["KINDS", "PEERS", "SPELLINGS", "Peer", "Reconciled", "counted", "reconcile"]
