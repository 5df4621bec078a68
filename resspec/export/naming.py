"""Peers' names for our tensors: rules per scope, which also yield the peer's order.

One file in `resspec/export/peers` describes one peer. Our own names are those of torchvision's and timm's ResNets, so these
need no rules.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

_BLOCK = re.compile(r"layer(\d+)\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Peer:
    """A naming. `renames` are (pattern, replacement) pairs applied to our names one after the other; `{n}` in a replacement is
    the number of the block in the net, from 0. `scope` matches the part of a peer's name that its block shares, and `ranks`
    are patterns of what follows it, in the order in which the peer defines them; without them our order is the peer's."""

    name: str
    renames: tuple[tuple[str, str], ...] = ()
    scope: str = ""
    ranks: tuple[str, ...] = ()

    def names(self, own: Iterable[str]) -> dict[str, str]:
        """Our names and the peer's, in the peer's order."""
        listed = list(own)
        blocks = dict.fromkeys(match[0] for name in listed if (match := _BLOCK.match(name)))
        numbers = {block: str(number) for number, block in enumerate(blocks)}
        pairs = [(name, self._renamed(name, numbers)) for name in listed]
        return dict(self._ordered(pairs))

    def _renamed(self, name: str, numbers: dict[str, str]) -> str:
        block = _BLOCK.match(name)
        number = numbers[block[0]] if block else ""
        for pattern, replacement in self.renames:
            name = re.sub(pattern, replacement.replace("{n}", number), name)
        return name

    def _ordered(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Pairs with each scope's members sorted by rank; members of a rank keep their order."""
        if not self.scope:
            return pairs
        scopes: dict[str, list[tuple[str, str]]] = {}
        for place, pair in enumerate(pairs):
            match = re.match(self.scope, pair[1])
            scopes.setdefault(match[0] if match else f"#{place}", []).append(pair)
        return [pair for scope, members in scopes.items() for pair in sorted(members, key=lambda p: self._rank(p[1], scope))]

    def _rank(self, name: str, scope: str) -> int:
        rest = name.removeprefix(scope)
        return next((rank for rank, pattern in enumerate(self.ranks) if re.match(pattern, rest)), len(self.ranks))


OWN = Peer("resspec")


@cache
def peers() -> tuple[Peer, ...]:
    """All known namings, ours first."""
    package = importlib.import_module("resspec.export.peers")
    modules = [importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)]
    return (OWN, *(module.PEER for module in modules))
