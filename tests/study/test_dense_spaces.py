"""Spaces around networks with necks, decoders and heads: priced step by step, exactly as each network whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import resspec
from resspec.errors import SpecError
from resspec.ir import Builder, Value
from resspec.parts import Decoder, Kit
from resspec.parts.steps import Step
from resspec.plan import Plan, resolve
from resspec.steps import steps_of
from resspec.study.columns import Columns
from resspec.study.features import Describer
from resspec.study.pieces import Pieces
from resspec.study.problem import Problem
from resspec.study.sections import adds_up, read_of, sections_of
from resspec.study.space import Space
from study.exactness import hold_against_whole_networks

Problems = Callable[..., Problem]

SMALL: dict[str, Any] = {"input": [3, 64, 64]}
WIDTHS: dict[str, Any] = {"stages.*.width": [32, 64]}
FIVE: dict[str, Any] = {"decoder": {"widths": [16, 16, 16, 16, 8]}, "stem": {"width": 8}}

SPACES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "unet": (
        "unet_resnet18",
        SMALL | {"decoder": {"widths": [16, 16, 8]}, "stem": {"width": 8}},  # the last stands for two more
        {
            "stages.*.width": [16, 24],
            "stages.2.depth": [1, 2],
            "decoder.widths.1": [8, 16],
            "decoder.widths.3": [8, 16],
            "decoder.gate": ["none", "scse"],
            "heads.classes": [2, 3],
        },
    ),
    "labels": (
        "unet_resnet18_aux_params",
        SMALL | FIVE,
        {"stages.*.width": [16, 24], "heads.labels": [2, 3], "decoder.widths.5": [8, 16]},
    ),
    "unet++": (
        "unetplusplus_resnet50",
        SMALL | {"decoder": {"widths": [16, 16, 16, 16, 8]}},
        WIDTHS | {"decoder.widths.1": [8, 16], "decoder.widths.5": [8, 16], "stages.2.stride": [1, 2]},
    ),
    "fcos": (
        "fcos_resnet50_fpn",
        SMALL,
        WIDTHS | {"stages.*.depth": {"low": 1, "high": 2}, "neck.width": [32, 64], "heads.depth": [1, 2]},
    ),
    "heads": ("fcos_resnet50_fpn", SMALL, WIDTHS | {"heads.kind": ["fcos", "retinanet"]}),
    "retinanet": (
        "retinanet_resnet50_fpn_v2",
        SMALL,
        WIDTHS | {"neck.width": [32, 64], "heads.width": [32, 64], "neck.norm": ["none", "batch"]},
    ),
    "rcnn": ("fasterrcnn_resnet50_fpn", SMALL, WIDTHS | {"neck.width": [32, 64], "heads.proposals": [10, 20]}),
    "edsr": (
        "edsr_small",
        {},
        {
            "stages.1.depth": {"low": 1, "high": 4},
            "stages.1.width": [16, 32],  # with the stem's other width it is no network
            "stem.width": [16, 32],
            "decoder.width": [8, 16],
        },
    ),
    "deeplabv3": ("deeplabv3_resnet50_aux", SMALL, WIDTHS | {"decoder.width": [32, 64]}),
    "deeplabv3+": (
        "deeplabv3plus_resnet34",
        SMALL,
        WIDTHS | {"decoder.width": [32, 64], "decoder.skip": [16, 48], "act": ["relu", "silu"]},
    ),
    "upernet": ("upernet_resnet50", SMALL, WIDTHS | {"decoder.width": [32, 64]}),
    "fpn": (
        "fpn_resnet18",
        SMALL,
        WIDTHS | {"decoder.pyramid": [16, 32], "decoder.width": [16, 32], "decoder.merge": ["sum", "concat"]},
    ),
    "pan": ("pan_resnet50", {"input": [3, 128, 128]}, WIDTHS | {"decoder.width": [8, 16]}),
    "linknet": ("linknet_resnet18", SMALL, WIDTHS | {"decoder.ratio": [0.25, 0.5]}),
    "manet": (
        "manet_resnet50",
        SMALL | {"decoder": {"widths": [16, 16, 16]}},
        WIDTHS | {"decoder.widths.2": [8, 16], "decoder.pairs": [8, 16]},
    ),
    "resunet": ("resunet", SMALL, {"stages.*.width": [16, 32], "decoder.depth": [1, 2], "stages.1.stride": [1, 2]}),
    "resunet++": ("resunet_plusplus", SMALL, {"stages.*.width": [16, 32], "decoder.width": [16, 32]}),
    "segresnet": ("segresnet", SMALL, {"stages.*.width": [16, 32], "decoder.depth": [1, 2]}),
    "residual units": ("unet_res2", SMALL, {"stages.*.width": [16, 32], "heads.classes": [2, 3]}),
    "pix2pix": ("pix2pix_unet_256", {}, {"stages.*.width": [8, 16], "decoder.dropped": [0, 3]}),
    "key points": (
        "pose_resnet50",
        SMALL | {"decoder": {"widths": [32, 32, 32]}},
        WIDTHS | {"decoder.widths.1": [16, 32], "decoder.widths.2": [16, 32]},
    ),
    "image and stem": (
        "unet_resnet18",
        {},
        {
            "stages.*.width": [16, 24],
            "input": [[3, 64, 64], [3, 96, 96]],
            "stem.width": [8, 16],
            "block": ["basic", "preact-basic"],
        },
    ),
}
"""Bases with what is changed of them, and spaces."""

WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "a decoder of another kind reads other maps": ("unet_resnet18", {"decoder.kind": ["unet", "linknet"]}),
    "a pool makes a map that a decoder reads": ("unet_resnet18", {"stem.pool": ["max", "none"]}),
    "steps of a scale are more or fewer": ("edsr_small", {"decoder.scale": [2, 4]}),
    "under an output stride strides depend on others": ("deeplabv3_resnet50", {"stages.2.stride": [1, 2]}),
    "a decoder that mirrors the body reads its blocks": ("ddpm_digits", {"stages.1.width": [32, 64]}),
}


def asked(problem: Problems, name: str, **changes: Any) -> Problem:
    """The problem of a space."""
    base, changed, space = SPACES[name]
    return problem(base={"extends": base, **changed}, space=space, **{"budgets": {}, **changes})


@pytest.mark.parametrize("name", SPACES)
def test_points_of_a_dense_space_cost_what_each_whole_network_does_and_have_its_key(problem: Problems, name: str):
    assert hold_against_whole_networks(asked(problem, name)) > 1


@pytest.mark.parametrize("name", ["labels", "heads", "edsr", "manet"])
def test_counts_and_ends_of_a_dense_space_are_those_of_all_its_points(problem: Problems, name: str):
    costs = {}
    found = asked(problem, name)
    for point in found.space.points():
        try:
            costs[point] = found.pricer.price(found.space.values(point))
        except SpecError:
            continue
    macs, params = (sorted(getattr(cost, each) for cost in costs.values()) for each in ("macs", "params"))
    budgets = {"macs": f"<= {macs[len(macs) // 2]}", "params": f">= {params[len(params) // 4]}"}
    low, high = params[len(params) // 4], macs[len(macs) // 2]
    inside = [point for point, cost in costs.items() if cost.macs <= high and cost.params >= low]
    profile = asked(problem, name, budgets=budgets).profile()
    assert profile.exact
    assert (profile.legal, profile.feasible) == (len(costs), len(inside))
    assert profile.networks == len({found.fingerprint(point) for point in inside})
    reach = {reach.cost: (reach.low, reach.high) for reach in profile.reaches}
    assert (reach["macs"], reach["params"]) == ((macs[0], macs[-1]), (params[0], params[-1]))


def test_constraints_hold_over_body_and_decoder_alike(problem: Problems):
    laws = [
        {"kind": "rising", "of": "stages.*.width"},
        {"kind": "total", "of": ["decoder.widths.5", "stages.1.width"], "high": 30},
    ]
    found = asked(problem, "labels", constraints=laws)
    legal = {point for point in found.space.points() if all(rule.holds(point) for rule in found.rules)}
    points = list(found.space.points())
    assert 0 < len(legal) < len(points)
    assert {p for p, held in zip(points, found.chain.price(np.array(points)).legal, strict=True) if held} == legal
    assert found.profile().legal == len(legal)


def test_equal_networks_of_a_dense_space_have_one_key(problem: Problems):
    space = {
        "stages.1.depth": [1, 2],
        "decoder.width": [16, 32],  # nothing to it where widths are told
        "decoder.widths.2": [8, 16],
        "decoder.gate": ["none", {"kind": "none"}],
    }
    base = {"extends": "unet_resnet18", "input": [3, 32, 32], "stem": {"width": 8}, "decoder": {"widths": [16, 8]}}
    found = problem(base=base, space=space, budgets={})
    points = list(found.space.points())
    keys = found.chain.price(np.array(points)).keys.tolist()
    prints = [found.fingerprint(point) for point in points]
    assert len(set(zip(keys, prints, strict=True))) == len(set(keys)) == len(set(prints)) == 4
    assert found.profile().networks == 4


@pytest.mark.parametrize("base", ["resnet20", "unet_resnet18"])
def test_networks_that_differ_in_their_drop_rates_have_keys_of_their_own(problem: Problems, base: str):
    found = problem(base=base, space={"stages.1.depth": [1, 2], "drop_path": [0.0, 0.1, 0.2]}, budgets={})
    points = list(found.space.points())
    assert not found.chain.composes
    assert len({found.fingerprint(point) for point in points}) == 6
    assert len(set(found.chain.price(np.array(points)).keys.tolist())) == 6


def test_a_map_that_is_read_between_stages_has_its_place_in_the_key(problem: Problems):
    """A block that lays nothing beside one that does: which stage is which, the maps between them tell."""
    base = {
        "input": [3, 16, 16],
        "stem": {"kind": "conv3x3", "width": 8},
        "block": "basic",
        "stages": [{"depth": 1, "width": 8}, {"depth": 1, "width": 8}],
        "neck": "fpn",
        "heads": "levels",
    }
    space = {f"stages.{stage}.block": ["basic", "skip"] for stage in (1, 2)}
    found = problem(base=base, space=space, budgets={})
    points = list(found.space.points())
    assert not found.chain.composes
    assert len(set(found.chain.price(np.array(points)).keys.tolist())) == 4
    assert len({found.fingerprint(point) for point in points}) == 4


@pytest.mark.parametrize("why", WHOLE)
def test_what_does_not_come_apart_is_priced_whole(problem: Problems, why: str):
    base, space = WHOLE[why]
    assert problem(base=base, space=space, budgets={}).chain.composes


def dense() -> dict[str, Plan]:
    """Every shipped network that predicts for places."""
    plans = {name: resolve(resspec.load(name)) for name in resspec.list_specs()}
    return {name: plan for name, plan in plans.items() if plan.dense}


@pytest.mark.slow
def test_every_shipped_dense_network_comes_apart_but_those_that_mirror_their_body():
    whole = {name for name, plan in dense().items() if not steps_of(plan)}
    assert whole == {
        name for name, plan in dense().items() if plan.dense and plan.dense.decoder and plan.dense.decoder.mirrors
    }
    for name in dense().keys() - whole:
        base = resspec.load(name)
        sections = sections_of(Space(()), base)
        assert len(sections) > 2, name
        assert adds_up(Pieces(base, {}, Columns(), drops=False, reads=read_of(sections)), sections, base), name


class Forgetful(Decoder):
    """A decoder whose steps are not what it lays."""

    kind = "forgetful"

    def apart(self, maps: int, kit: Kit) -> Sequence[Step]:
        """Of no step."""
        return ()

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """A convolution all the same."""
        return kit.finished(b, 1, maps[-1], 8)


def test_a_decoder_whose_steps_forget_something_is_priced_whole(problem: Problems):
    base = {"extends": "fcn_resnet50", "input": [3, 32, 32], "decoder": "forgetful"}
    found = problem(base=base, space={"stages.1.depth": [1, 2]}, budgets={})
    assert found.chain.composes
    point = (1,)
    assert found.chain.price(np.array([point])).costs[0, 0] == resspec.report(found.spec(point)).params


def test_the_default_sampler_knows_the_costs_of_each_step(problem: Problems):
    found = asked(problem, "unet")
    points = found.space.draw(np.random.default_rng(0), 50)
    features = Describer(found.chain)(points)
    decoder = [link.number for link in found.chain.links].index(6)  # the first step behind what follows the last stage
    entries = found.chain.price(points).entries[decoder]
    macs = [np.log1p(found.chain.links[decoder].rows[entry][0].costs.macs) for entry in entries.tolist()]
    assert any(np.array_equal(column, macs) for column in features.T)
    assert np.ptp(macs) > 0
