"""Spaces around generators, critics and classifiers that are told a class: their parts are priced one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import resspec
from resspec.analysis.cost import Costs
from resspec.errors import SpecError
from resspec.study.columns import Columns
from resspec.study.pieces import Pieces
from resspec.study.problem import Problem
from resspec.study.sections import adds_up, sections_of
from resspec.study.space import Space
from study.exactness import hold_against_whole_networks

Problems = Callable[..., Problem]

SPACES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "biggan, each block with a chunk of its own": (
        {"extends": "biggan128_ch96_g", "stem": {"width": 48}},
        {"stages.*.width": [24, 48], "stages.1.depth": [1, 2], "condition.width": [16, 32]},
    ),
    "biggan on CIFAR-10": (
        {"extends": "biggan_cifar10_g"},
        {"stages.*.width": [24, 48], "stages.1.depth": [1, 2], "condition.classes": [5, 10]},
    ),
    "a critic, which nothing tells where its head reads no class": (
        {"extends": "cganpd32_d"},
        {"stages.*.width": [24, 48], "stages.1.depth": [1, 2], "head.projection": [True, False]},
    ),
    "a generator, some stages of which read the class": (
        {"extends": "sagan32_g"},
        {"stages.*.width": [32, 64], "stages.1.depth": [1, 2], "stages.*.norm": ["conditional", "batch"]},
    ),
    "digits of latent vectors of two sizes": (
        {"extends": "labelled_digits_generator"},
        {"stages.*.width": [16, 32], "stages.1.depth": [1, 2], "input": [[64, 1, 1], [32, 1, 1]]},
    ),
    "a classifier": (
        {"extends": "resnet20", "condition": {"kind": "label", "classes": 10}, "norm": "conditional", "final": "none"},
        {"stages.*.width": [16, 32], "stages.1.depth": [1, 2], "norm": ["conditional", "batch"]},
    ),
}


@pytest.mark.parametrize("name", SPACES)
def test_points_of_a_conditioned_space_cost_what_each_whole_network_does(problem: Problems, name: str):
    base, space = SPACES[name]
    assert hold_against_whole_networks(problem(base=base, space=space, budgets={})) > 1


def test_counts_of_a_conditioned_space_leave_out_networks_that_read_no_class(problem: Problems):
    base, space = SPACES["a generator, some stages of which read the class"]
    found = problem(base=base, space=space, budgets={})
    costs: list[Costs] = []
    for point in found.space.points():
        try:
            costs.append(found.pricer.price(found.space.values(point)))
        except SpecError:
            continue
    profile = found.profile()
    assert (profile.exact, profile.legal) == (True, len(costs))
    assert 0 < len(costs) < found.space.size
    reach = {reach.cost: (reach.low, reach.high) for reach in profile.reaches}
    assert reach["macs"] == (min(cost.macs for cost in costs), max(cost.macs for cost in costs))


def test_the_parts_of_every_shipped_network_that_is_told_something_add_up():
    for name in resspec.list_specs():
        base = resspec.load(name)
        if not base.condition or base.dense:
            continue
        sections = sections_of(Space(()), base)
        assert len(sections) == len(base.stages) + 2, name
        assert adds_up(Pieces(base, {}, Columns(), drops=False), sections, base), name
