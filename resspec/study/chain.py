"""The space as a chain: stem, stages and the rest, or the steps of necks, decoders and heads, each of which costs what
its own values and the shapes it is given say. So a table per part prices any number of points by look-ups, exactly, and
sums over parts are exact as well."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resspec.ir import Shape
from resspec.spec.budgets import COSTS
from resspec.spec.net import NetSpec
from resspec.study.columns import Columns
from resspec.study.constraints import Rule
from resspec.study.part import Part, Row
from resspec.study.pieces import DROPS, Pieces
from resspec.study.sections import adds_up, read_of, sections_of, undivided
from resspec.study.space import Space

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

DEAD = 0
"""The state behind a part that is not legal."""
DENSE = 1 << 22
"""Combinations of values from which on a link is looked up by search, not by place."""
FACTOR = 0x9E3779B97F4A7C15
"""Base of the rolling hash of a network's pieces; odd, else arbitrary."""
MASK = (1 << 64) - 1

Tally = tuple[Any, ...]
"""What the space's constraints remember of the values seen so far."""


@dataclass(frozen=True, slots=True)
class State:
    """What a part knows of those before it: the shape it is given, what the constraints remember, and where memory
    counts, the elements of the last stage's input; the shapes of the maps that parts to come read, and
    which values of a condition were read."""

    shape: Shape
    tally: Tally
    held: int = 0
    maps: tuple[Shape, ...] = ()
    told: frozenset[int] = frozenset()


class Link:
    """One part of every network: its table of entries by the combination of its own values and the state before it.
    Entries are made when they are first asked for."""

    def __init__(self, number: int, axes: Sequence[int], space: Space, columns: Columns) -> None:
        self.number = number
        self._width = columns.parts
        self.axes = np.array(axes, dtype=np.int64)
        sizes = [len(space.dimensions[axis]) for axis in axes]
        self.sizes = tuple(sizes)
        self.weights = np.array(
            [int(np.prod(sizes[place + 1 :], dtype=object)) for place in range(len(sizes))], np.int64
        )
        self.count = int(np.prod(sizes, dtype=object)) if sizes else 1
        self.costs: Ints = np.zeros((0, columns.parts), np.int64)
        self.after: Ints = np.zeros(0, np.int64)
        self.factors: Keys = np.zeros(0, np.uint64)
        self.terms: Keys = np.zeros(0, np.uint64)
        self.rows: list[tuple[Row, ...]] = []
        self._places: NDArray[np.int32] = np.full((self.count if self.count <= DENSE else 0, 0), -1, np.int32)
        self._columns: Ints = np.zeros(0, np.int64)
        self._sparse: dict[tuple[int, int], int] = {}

    def codes(self, points: NDArray[np.intp]) -> Ints:
        """The combination of own values of each row."""
        return np.asarray(points[:, self.axes] @ self.weights) if len(self.axes) else np.zeros(len(points), np.int64)

    def positions(self, code: int) -> dict[int, Any]:
        """The position on each of its axes that a combination means."""
        return dict(zip(self.axes.tolist(), np.unravel_index(code, self.sizes) if self.sizes else (), strict=True))

    def known(self, codes: Ints, states: Ints) -> Ints:
        """The entry of each combination and state; -1 where it is not made yet."""
        if self.count > DENSE:
            pairs = zip(codes.tolist(), states.tolist(), strict=True)
            return np.fromiter((self._sparse.get(pair, -1) for pair in pairs), np.int64, len(codes))
        if not len(states):
            return np.zeros(0, np.int64)
        if len(self._columns) <= states.max():
            self._columns = np.pad(self._columns, (0, int(states.max()) + 1 - len(self._columns)), constant_values=-1)
        columns = self._columns[states]
        if (columns < 0).any():
            new = np.unique(states[columns < 0])
            self._columns[new] = self._places.shape[1] + np.arange(len(new))
            self._places = np.pad(self._places, ((0, 0), (0, len(new))), constant_values=-1)
            columns = self._columns[states]
        return self._places[codes, columns].astype(np.int64)

    def learn(self, pairs: Sequence[tuple[int, int]], made: Sequence[tuple[Part | None, int]]) -> None:
        """Take in entries: the part and the state behind it."""
        first = len(self.after)
        alive = [(part, after) if part else (None, DEAD) for part, after in made]
        costs = [_told(part, self._width) if part else [0] * self._width for part, _ in alive]
        hashes = [rolled(part.digests if part else ()) for part, _ in alive]
        self.costs = np.concatenate([self.costs, np.array(costs, np.int64).reshape(-1, self._width)])
        self.after = np.concatenate([self.after, np.array([after for _, after in alive], np.int64)])
        self.factors = np.concatenate([self.factors, np.array([factor for factor, _ in hashes], np.uint64)])
        self.terms = np.concatenate([self.terms, np.array([term for _, term in hashes], np.uint64)])
        self.rows += [part.rows if part else () for part, _ in alive]
        for place, (code, state) in enumerate(pairs, first):
            if self.count > DENSE:
                self._sparse[code, state] = place
            else:
                self._places[code, self._columns[state]] = place


@dataclass(frozen=True, eq=False)
class Priced:
    """Points in bulk: `costs` [n, quantities], `keys` [n] (equal where networks are), `legal` [n], and for each link
    the entries [n]."""

    costs: Ints
    keys: Keys
    legal: NDArray[np.bool_]
    entries: tuple[Ints, ...]


class Chain:
    """The links of a space in order."""

    def __init__(self, space: Space, base: NetSpec, rules: Sequence[Rule], columns: Columns | None = None) -> None:
        self.space = space
        self.columns = columns = columns or Columns()
        self._rules = tuple(rules)
        drops = base.drop_path > 0 or any(DROPS in dimension.paths for dimension in space.dimensions)
        deepest = _deepest(space, base)
        sections = sections_of(space, base, memory=columns.memory)
        self._pieces = Pieces(base, deepest, columns, drops=drops, reads=read_of(sections))
        if not adds_up(self._pieces, sections, base):
            sections = undivided(space)
            self._pieces = Pieces(base, deepest, columns, drops=drops)
        axes = [set(section.axes) for section in sections]
        self._visits = visits(self._rules, axes)
        self.links = tuple(
            Link(section.number, sorted(own), space, columns) for section, own in zip(sections, axes, strict=True)
        )
        self._sections = {section.number: section for section in sections}
        self._before = dict(zip(self._sections, [(), *(section.passed for section in sections)], strict=False))
        self._parts: dict[tuple[int, int, Shape, tuple[Shape, ...]], Part | None] = {}
        self._last = len(base.stages)
        self.states: list[State] = [State((-1,), ())]
        self._numbers: dict[State, int] = {}
        self.start = self._number(State((), tuple(rule.start() for rule in self._rules)))

    @property
    def composes(self) -> bool:
        """Whether nothing is looked up: each point is composed as a whole network, in a millisecond or two."""
        return len(self.links) == 1

    def price(self, points: NDArray[np.intp]) -> Priced:
        """The exact costs of every row of `points` [n, dimensions], by look-up."""
        count = len(points)
        states = np.full(count, self.start, np.int64)
        costs, keys = np.zeros((count, self.columns.parts), np.int64), np.zeros(count, np.uint64)
        entries = []
        for link in self.links:
            found = self.entries(link, link.codes(points), states)
            self.columns.join(costs, link.costs[found])
            keys = keys * link.factors[found] + link.terms[found]
            states = link.after[found]
            entries.append(found)
        return Priced(self.columns.figures(costs), keys, states != DEAD, tuple(entries))

    def entries(self, link: Link, codes: Ints, states: Ints) -> Ints:
        """The entries of a link for these combinations and states, made where they are new."""
        found = link.known(codes, states)
        missing = found < 0
        if missing.any():
            pairs = sorted(set(zip(codes[missing].tolist(), states[missing].tolist(), strict=True)))
            link.learn(pairs, [self._made(link, code, self.states[state]) for code, state in pairs])
            found = link.known(codes, states)
        return found

    def _made(self, link: Link, code: int, state: State) -> tuple[Part | None, int]:
        """The part of a link for one combination and state, and the state behind it."""
        if state is self.states[DEAD]:
            return None, DEAD
        tally = self._tallied(link, code, state.tally)
        if tally is None:
            return None, DEAD
        passed = self._sections[link.number].passed
        maps = dict(zip(self._before[link.number], state.maps, strict=True))
        part = self._alike(link, code, state, maps) if passed or maps else self._part(link, code, state, maps)
        if part is None:
            return None, DEAD
        held = math.prod(state.shape) if self.columns.memory and link.number == self._last else 0
        maps.update(part.maps)
        kept = tuple([maps[name] for name in passed])
        return part, self._number(State(part.shape, tally, held, kept, state.told | part.told))

    def _alike(self, link: Link, code: int, state: State, maps: Mapping[str, Shape]) -> Part | None:
        """The part for a combination and state, the same whatever maps are passed on that it does not read."""
        read = tuple([maps[name] for name in self._sections[link.number].reads])
        key = link.number, code, state.shape, read
        if key not in self._parts:
            self._parts[key] = self._part(link, code, state, maps)
        return self._parts[key]

    def _part(self, link: Link, code: int, state: State, maps: Mapping[str, Shape]) -> Part | None:
        """The part for a combination and state, as its pieces say."""
        settings: dict[str, Any] = {}
        for axis, position in link.positions(code).items():
            settings |= self.space.dimensions[axis].settings[position]
        return self._pieces.part(link.number, settings, state.shape, state.held, maps, state.told)

    def _tallied(self, link: Link, code: int, tally: Tally) -> Tally | None:
        """What the constraints remember behind a link; None where one is broken."""
        if not tally:
            return tally
        found, positions = list(tally), link.positions(code)
        for number, term in self._visits[self.links.index(link)]:
            step = self._rules[number].step(found[number], term.value(positions))
            if step is None:
                return None
            found[number] = step
        if link is self.links[-1] and not all(r.accepts(t) for r, t in zip(self._rules, found, strict=True)):
            return None
        return tuple(found)

    def _number(self, state: State) -> int:
        if state not in self._numbers:
            self._numbers[state] = len(self.states)
            self.states.append(state)
        return self._numbers[state]


def _told(part: Part, width: int) -> list[int]:
    """The columns of a part."""
    return [*(getattr(part.costs, cost) for cost in COSTS), *part.extra][:width]


def rolled(digests: Iterable[int]) -> tuple[int, int]:
    """What a row of pieces does to a rolling hash: times the first, plus the second."""
    factor, term = 1, 0
    for digest in digests:
        factor, term = factor * FACTOR & MASK, (term * FACTOR + digest) & MASK
    return factor, term


def visits(rules: Sequence[Rule], axes: list[set[int]]) -> list[list[tuple[int, Any]]]:
    """For each link the terms of constraints that are counted there: each at the first link that its value concerns,
    where these come in the constraint's order; else all at the last of them, which is then concerned by every value."""
    found: list[list[tuple[int, Any]]] = [[] for _ in axes]
    for number, rule in enumerate(rules):
        places, last = [], 0
        for term in rule.terms:
            last = last if term.axis is None else next(p for p, own in enumerate(axes) if term.axis in own)
            places.append(last)
        if places != sorted(places):
            places = [max(places)] * len(places)
            axes[places[0]] |= {term.axis for term in rule.terms if term.axis is not None}
        for place, term in zip(places, rule.terms, strict=True):
            found[place].append((number, term))
    return found


def _deepest(space: Space, base: NetSpec) -> dict[int, int]:
    """The stages whose depth is a dimension of its own, and their largest."""
    found = {}
    for dimension in space.dimensions:
        for stage in range(1, len(base.stages) + 1):
            if f"stages.{stage}.depth" in dimension.paths:
                depths = [settings[f"stages.{stage}.depth"] for settings in dimension.settings]
                found[stage] = max((depth for depth in depths if type(depth) is int), default=1)
    return found
