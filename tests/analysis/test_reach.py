"""Receptive fields, strides and sizes: known figures, and what gradients reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import resspec
from resspec.analysis.reach import Feature, reaches
from resspec.export.inputs import inputs
from resspec.spec.net import NetSpec
from tried import KINDS, tried

SIDE = 84
LOCAL = [
    place
    for place in KINDS
    if place[0] in ("stem", "block", "conv", "down", "shortcut", "pool", "norm", "gate", "stage", "attention")
    and place != ("block", "up")  # its maps are larger than the image: their elements lie between pixels
]


def test_resnet_50_sees_427_pixels():
    stages = {feature.name: feature for feature in resspec.features("resnet50")}
    assert stages["layer4"] == Feature("layer4", 2048, 7, 7, 32, 427, -213, whole=False)
    assert [(f.stride, f.field) for f in stages.values()] == [
        (4, 11),
        (4, 35),
        (8, 91),
        (16, 267),
        (32, 427),
        (32, 427),
    ]


def test_a_gate_that_pools_lets_every_element_see_the_whole_map():
    assert [feature.whole for feature in resspec.features("seresnet50")] == [False] + 5 * [True]
    assert resspec.features("seresnet50")[-1].field == 427


def test_dilation_keeps_the_field_when_it_keeps_the_stride():
    plain, dilated = (resspec.features(resspec.load("resnet50", output_stride=s)) for s in (32, 8))
    assert dilated[4].stride == 8
    assert dilated[4].height == 28
    assert dilated[4].field > plain[4].field - 32


@pytest.mark.parametrize(
    ("family", "kind"),
    [pytest.param(*each, marks=[] if place % 4 == 0 else [pytest.mark.slow]) for place, each in enumerate(LOCAL)],
)
def test_gradients_reach_just_the_pixels_that_are_said(family: str, kind: str):
    spec = tried(family, kind, input=[3, SIDE, SIDE])
    feature = next(f for f in resspec.features(spec) if f.name == "layer2")
    reach = reaches(resspec.graph(spec))[resspec.graph(spec).taps["layer2"]]
    place = feature.height // 2
    touched = touched_rows(spec, place)
    if feature.whole:
        assert (touched[0], touched[-1]) == (0, SIDE - 1)
    else:
        first, last = (edge + place * reach.jump for edge in (reach.first, reach.last))
        assert (touched[0], touched[-1]) == (max(first, 0), min(last, SIDE - 1))


def touched_rows(spec: NetSpec, place: int) -> list[int]:
    """Rows of the image with a gradient from one element of layer2, over a few images: a maximum passes one of many."""
    model = positive(resspec.build(spec, seed=0, dtype=torch.float64, features=["layer2"]).eval())
    generator = torch.Generator().manual_seed(0)
    found: Tensor = torch.zeros(SIDE, dtype=torch.bool)
    for _ in range(2):
        x = torch.rand(2, *spec.input, generator=generator, dtype=torch.float64).requires_grad_()
        others = inputs(resspec.graph(spec).signature[1:], 2)
        model(x, *others)["layer2"][:, :, place, place].sum().backward()
        assert x.grad is not None
        found |= (x.grad != 0).any(dim=(0, 1, 3))
    return torch.nonzero(found).flatten().tolist()


def positive(model: nn.Module) -> nn.Module:
    """Positive kernels that average, and norms whose gain is 1: no gradient is cut off, cancelled or saturated."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.abs_().div_(parameter.flatten(1).sum(1).view(-1, *(1,) * (parameter.dim() - 1)))
            else:
                parameter.fill_(1.0)
    modules: Iterable[Any] = model.modules()
    for module in modules:
        if hasattr(module, "settle"):  # weights that are divided by their largest singular value
            module.settle()
    return model
