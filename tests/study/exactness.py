"""What prices of a space are held against: each network whole."""

from __future__ import annotations

import numpy as np

import resspec
from resspec.compile import compile_spec
from resspec.errors import SpecError
from resspec.spec.budgets import COSTS
from resspec.study.problem import Problem


def hold_against_whole_networks(asked: Problem, count: int = 24) -> int:
    """Points of a space that comes apart cost what each network does, are legal where it is, and have equal keys where
    fingerprints are equal: the number of distinct networks among them."""
    assert not asked.chain.composes
    points = asked.space.draw(np.random.default_rng(0), count)
    priced = asked.chain.price(points)
    pairs = []
    for row, point in enumerate(points.tolist()):
        spec = asked.spec(tuple(point))
        try:
            graph = compile_spec(spec)
        except SpecError:
            assert not priced.legal[row]
            continue
        assert priced.legal[row]
        costs = resspec.report(spec).costs
        assert priced.costs[row].tolist() == [getattr(costs, cost) for cost in COSTS]
        pairs.append((int(priced.keys[row]), graph.fingerprint))
    keys, prints = ({pair[side] for pair in pairs} for side in (0, 1))
    assert len(set(pairs)) == len(keys) == len(prints)
    return len(keys)
