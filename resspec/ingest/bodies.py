"""Networks that stand on a body: the neck, decoder and heads of a shipped one on the body of a shipped classifier."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from resspec.compile import compile_spec
from resspec.errors import ResspecError
from resspec.export.naming import OWN, Peer, peers
from resspec.ingest.alike import is_as_many, may_name, named
from resspec.ingest.anatomy import Shape, Tensors, is_ours, without_counters
from resspec.ingest.fit import tensors_of
from resspec.ingest.resizing import resized
from resspec.ingest.templates import classifiers, is_of, shipped, tensors, unclassed
from resspec.ingest.told import Inferred
from resspec.spec.loading import bases, load_spec
from resspec.spec.net import NetSpec

BEHIND = re.compile(r"(neck|decoder|heads)\.")
"""What the names of layers behind a body begin with."""
HEAD = re.compile(r"(fc|head_\w+|attnpool|final_\w+|norm)\.")
"""What those behind the stages of a classifier do."""
BODY = ("stem", "stage", "block", "conv", "down", "shortcut", "norm", "act", "gate", "attention", "stages")
SMALL = 128
"""Networks for images of smaller sides are made for one data set: others lend sooner."""
UNLIKE = 1
"""How many shapes of a body may differ: that of the first kernel, for images of other channels."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A shipped network `top` on the body of the classifier `lender`, with a peer's names."""

    spec: NetSpec
    peer: Peer
    top: str
    lender: str
    uncounted: bool

    @property
    def rank(self) -> tuple[bool, bool, bool, bool, int, str, int, str]:
        """How far it is: a body of another house, norms whose counters are missing, a network for small images, a
        naming of another house; short names first."""
        own = {shipped(base).source for base in bases(self.top) if base in classifiers()}
        other_body = bool(own) and shipped(self.lender).source not in own
        other_naming = not is_of(self.peer, shipped(self.top).source or "")
        small = shipped(self.top).input[1] < SMALL
        return other_body, self.uncounted, small, other_naming, len(self.top), self.top, len(self.lender), self.lender


def on_another_body(given: Tensors, like: str = "", exclude: Collection[str] = ()) -> Inferred | None:
    """The network of tensors that a shipped one has behind its body, and a shipped classifier before its head; None
    where there is none. `like` names the one or the other."""
    found = [*combinations(given, like, exclude)]
    if not found:
        return None
    best = min(found, key=lambda each: each.rank)
    own = compile_spec(best.spec).fingerprint
    other = [each for each in found if compile_spec(each.spec).fingerprint != own]
    bodies = [each.lender for each in other if each.top == best.top]
    tops = [each.top for each in other if each.lender == best.lender]
    return Inferred(best.spec, best.peer.name, best.top, tuple(dict.fromkeys([*tops, *bodies])), best.lender)


def combinations(given: Tensors, like: str, exclude: Collection[str]) -> Iterator[Joined]:
    """The networks on other bodies that have these tensors."""
    for top, peer, body in tops(given, [name for name in standing() if name not in exclude]):
        for lender in lenders(body, [name for name in classifiers() if name not in exclude]):
            if like in ("", top, lender) and (spec := fitted(top, lender, peer, given)):
                yield Joined(spec, peer, top, lender, uncounted=len(given) < len(tensors_of(spec)))


@cache
def standing() -> tuple[str, ...]:
    """The shipped networks that have the body of a classifier, and layers behind it."""
    return tuple(
        name
        for name in unclassed()
        if any(map(BEHIND.match, tensors(name))) and is_ours(own for own in tensors(name) if not BEHIND.match(own))
    )


def tops(given: Tensors, names: Collection[str]) -> Iterator[tuple[str, Peer, Counter[Shape]]]:
    """The networks whose layers behind the body are given, under which naming, and the shapes of the other tensors:
    counted first, since names take a hundred times as long."""
    valued = without_counters(given)
    counts = {shapes_of_body(name).total() for name in classifiers()}
    able = [peer for peer in peers() if peer.all or peer is OWN]  # those without `all` name classifiers alone
    able = [peer for peer in able if may_name(peer, given)]
    for name in names:
        own = without_counters(tensors(name))
        if len(valued) - sum(map(bool, map(BEHIND.match, own))) not in counts:
            continue
        for peer in able:
            behind = {theirs for theirs, ours in named(own, peer).items() if BEHIND.match(ours)}
            if behind <= valued.keys():
                yield name, peer, Counter(shape for theirs, shape in valued.items() if theirs not in behind)


def lenders(body: Counter[Shape], names: Collection[str]) -> Iterator[str]:
    """The classifiers that have a body of these shapes, before their heads."""
    for name in names:
        own = shapes_of_body(name)
        if own.total() == body.total() and (own - body).total() <= UNLIKE:
            yield name


@cache
def shapes_of_body(name: str) -> Counter[Shape]:
    """The shapes of a classifier's tensors before its head."""
    return Counter(shape for own, shape in without_counters(tensors(name)).items() if not HEAD.match(own))


def fitted(name: str, lender: str, peer: Peer, given: Tensors) -> NetSpec | None:
    """The network on the body of a classifier, with the shapes of the given tensors; None where it has others."""
    with suppress(ResspecError):
        spec = on_body(shipped(name), shipped(lender))
        own = tensors_of(spec)
        places = named(own, peer)
        if not is_as_many(own, given) or not given.keys() <= places.keys():
            return None
        wanted = without_counters({ours: given[theirs] for theirs, ours in places.items() if theirs in given})
        unlike = [ours for ours, shape in wanted.items() if shape != own[ours] and not BEHIND.match(ours)]
        if len(unlike) <= UNLIKE:
            return resized(spec, wanted)
    return None


def on_body(top: NetSpec, lender: NetSpec) -> NetSpec:
    """A network on the body of another one, its norms frozen where its own body's are."""
    over = {key: value for key, value in top.to_dict().items() if key not in (*BODY, "source")}
    body: dict[str, Any] = {key: value for key, value in lender.to_dict().items() if key in BODY}
    if top.norm and not lender.norm:
        body["norm"] = top.norm
    return load_spec(body | over)
