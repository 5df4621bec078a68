"""A point's price without a graph is the graph's."""

from __future__ import annotations

import random
from typing import Any

import pytest

import resspec
from networks import small
from resspec.errors import SpecError
from resspec.pricing import Pricer


def points(count: int, stages: int, seed: int = 0) -> list[dict[str, Any]]:
    """Random depths and widths."""
    chance = random.Random(seed)
    places = range(1, stages + 1)
    return [
        {f"stages.{i}.depth": chance.randint(1, 6) for i in places}
        | {f"stages.{i}.width": 16 * chance.randint(1, 12) for i in places}
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("base", "stages"), [("resnet18", 4), ("resnet50", 4), ("resnet20_optB", 3), ("preact_resnet164_cifar10", 3)]
)
def test_the_price_of_a_thousand_points_is_the_cost_of_their_graphs(base: str, stages: int):
    pricer = Pricer(resspec.load(base, drop_path=0.1))
    for point in points(250, stages):
        assert pricer.price(point) == resspec.report(pricer.spec(point)).costs


@pytest.mark.parametrize(
    "values",
    [
        {"input": [3, 48, 40]},
        {"stem.width": 24},
        {"block.kind": "preact-bottleneck"},
        {"stages.1.block": {"kind": "basic"}, "stages.2.depth": 3},
        {"stages.2.gate": "se", "norm": {"kind": "group", "groups": 8}},
        {"stages.1.stride": 2, "classes": 3},
        {"stages": [{"depth": 1, "width": 24}]},
        {"output_stride": 1},
        {},
    ],
)
def test_any_path_of_a_spec_can_be_priced(values: dict[str, Any]):
    pricer = Pricer(resspec.load(small()))
    for _ in range(2):
        assert pricer.price(values) == resspec.report(pricer.spec(values)).costs


def test_values_of_different_paths_are_not_mixed_up():
    pricer = Pricer(resspec.load(small()))
    first, second = {"stages.1.depth": 3}, {"stages.2.depth": 3}
    assert pricer.price(first) != pricer.price(second)
    assert pricer.price({"stages.1.depth": 3, "stages.2.depth": 2}) == pricer.price(first)


def test_an_illegal_point_is_refused_each_time():
    pricer = Pricer(resspec.load(small()))
    for _ in range(2):
        with pytest.raises(SpecError, match="must be at least 1, got 0"):
            pricer.price({"stages.1.depth": 0})
        with pytest.raises(SpecError, match="groups=7 does not divide"):
            pricer.price({"block.groups": 7})
