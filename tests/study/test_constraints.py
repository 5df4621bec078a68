"""Constraints: what breaks them is never counted, drawn or proposed, and sums stay exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from resspec.errors import SpecError
from resspec.study.problem import Problem
from resspec.study.run import profile
from study.formula import SPACE, stated

Problems = Callable[..., Problem]

LAWS: list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = [
    ({"kind": "rising", "of": "stages.*.width"}, lambda v: v["stages.1.width"] <= v["stages.2.width"]),
    (
        {"kind": "rising", "of": ["stages.1.width", "stages.2.width"], "by": [1, 2]},
        lambda v: v["stages.2.width"] in (v["stages.1.width"], 2 * v["stages.1.width"]),
    ),
    (
        {"kind": "rising", "of": ["stages.2.width", "stages.1.width"]},  # against the order of the net
        lambda v: v["stages.2.width"] <= v["stages.1.width"],
    ),
    (
        {"kind": "total", "of": "stages.*.depth", "low": 4, "high": 6},
        lambda v: 4 <= v["stages.1.depth"] + v["stages.2.depth"] <= 6,
    ),
    (
        {"kind": "total", "of": ["stages.*.depth", "stages.2.stride"], "high": 6},  # the base's stride counts 2
        lambda v: v["stages.1.depth"] + v["stages.2.depth"] + 2 <= 6,
    ),
    (
        {"kind": "among", "of": ["stages.1.depth", "stages.2.width"], "rows": [[1, 8], [1, 16], [3, 32]]},
        lambda v: (v["stages.1.depth"], v["stages.2.width"]) in [(1, 8), (1, 16), (3, 32)],
    ),
]


@pytest.mark.parametrize(("law", "kept"), LAWS, ids=lambda value: str(value)[:60] if isinstance(value, dict) else "")
def test_a_constraint_leaves_exactly_the_points_that_keep_it(
    problem: Problems, law: dict[str, Any], kept: Callable[[dict[str, Any]], bool]
):
    asked = problem(constraints=[law], budgets={"params": "<= 12K"})
    points = list(asked.space.points())
    legal = [kept(asked.space.values(point)) for point in points]
    assert asked.chain.price(np.array(points)).legal.tolist() == legal
    assert [asked.rules[0].holds(point) for point in points] == legal
    found = asked.profile()
    assert (found.size, found.legal) == (192, sum(legal))
    inside = [
        point
        for point, is_legal in zip(points, legal, strict=True)
        if is_legal and asked.pricer.price(asked.space.values(point)).params <= 12_000
    ]
    assert found.feasible == len(inside)
    listing = asked.survey.listing
    assert listing is not None
    assert [asked.survey.point(flat) for flat in listing.flats.tolist()] == inside


def test_constraints_hold_together_and_ends_keep_them(problem: Problems):
    laws = [LAWS[0][0], LAWS[3][0]]
    asked = problem(constraints=laws, budgets={"macs": ">= 1"})
    points = [p for p in asked.space.points() if all(rule.holds(p) for rule in asked.rules)]
    macs = [asked.pricer.price(asked.space.values(point)).macs for point in points]
    reach = {reach.cost: reach for reach in asked.profile().reaches}["macs"]
    assert (reach.low, reach.high) == (min(macs), max(macs))
    assert asked.profile().legal == len(points)


def test_a_constraint_on_tied_values_holds(problem: Problems):
    space = {"stages.1.width, stages.2.width": [8, 16], "stages.1.depth": [1, 2], "stages.2.depth": [1, 2]}
    law = {"kind": "total", "of": ["stages.1.width", "stages.2.width", "stages.1.depth"], "high": 17}
    asked = problem(space=space, constraints=[law], budgets={})
    legal = [asked.space.values(p) for p in asked.space.points() if asked.rules[0].holds(p)]
    assert [(v["stages.1.width"], v["stages.2.width"], v["stages.1.depth"]) for v in legal] == [(8, 8, 1)] * 2
    assert asked.profile().feasible == 2


@pytest.mark.parametrize(
    ("law", "said"),
    [
        ({"kind": "rising", "of": "stages.*.widht"}, "neither the space nor the base has"),
        ({"kind": "rising", "of": "stem"}, "looks at numbers"),
        ({"kind": "total", "of": "stages.*.depth"}, "a total bounds nothing"),
        ({"kind": "total", "of": "stages.*.depth", "low": 9, "high": 2}, "low 9 is above high 2"),
        ({"kind": "among", "of": ["stages.1.depth"], "rows": [[1, 2]]}, "a row has a value for each of 1 paths"),
        ({"kind": "falling", "of": "stages.*.width"}, "there is no constraint 'falling'"),
        ({"kind": "rising", "of": 3}, "a path or a list of paths, not 3"),
    ],
)
def test_a_constraint_that_makes_no_sense_is_refused(law: dict[str, Any], said: str):
    with pytest.raises(SpecError, match=said):
        profile(stated(constraints=[law]))


def test_the_base_is_no_first_trial_where_it_breaks_a_constraint(problem: Problems):
    assert problem(space=SPACE).base_point is not None
    assert problem(space=SPACE, constraints=[{"kind": "total", "of": "stages.*.depth", "high": 3}]).base_point is None


def test_a_constraint_that_no_values_keep_is_named(problem: Problems):
    for law in (
        {"kind": "total", "of": "stages.*.depth", "low": 99},
        {"kind": "total", "of": "stages.*.depth", "high": 1},
        {"kind": "among", "of": ["stages.1.depth", "stages.2.depth"], "rows": [[1, 77]]},
    ):
        with pytest.raises(
            SpecError, match=rf"RS403.*no values of the space keep this constraint of kind '{law['kind']}'"
        ):
            problem(constraints=[law]).profile()


def test_constraints_that_no_point_keeps_together_are_told_of(problem: Problems):
    from resspec.errors import BudgetError

    least, most = ({"kind": "total", "of": "stages.*.depth", end: 4} for end in ("low", "high"))
    with pytest.raises(BudgetError, match="no point of the space is a legal network"):
        problem(constraints=[least | {"low": 5}, most]).profile()


def test_a_constraint_on_a_misspelt_path_is_told_the_one_that_was_meant(problem: Problems):
    with pytest.raises(SpecError, match=r"did you mean 'stages\.\*\.width'"):
        problem(constraints=[{"kind": "rising", "of": "stages.*.widht"}])
