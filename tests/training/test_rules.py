"""Update rules: each learns, and those that scale a layer's step to its weights do so."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import resspec
from resspec.errors import DataError
from resspec.training import DataSource, Recipe, train
from resspec.training.optimizers import optimizer_of
from resspec.training.rules import Rule
from training.run_worker import SPEC

RATES = {"sgd": 0.1, "sgd-nesterov": 0.1, "adamw": 0.01, "lars": 10.0, "lamb": 0.02}
LAYERED = ("lars", "lamb")


def recipe(kind: str, **changes: Any) -> Recipe:
    return Recipe.model_validate(
        {"optimizer": kind, "lr": RATES[kind], "epochs": 4, "batch": 32, "warmup": 0.5, **changes}
    )


@pytest.mark.parametrize("kind", Rule.kinds())
def test_a_network_learns_by_every_rule(kind: str):
    digits = DataSource.read("digits")
    model = resspec.build(SPEC, seed=0)
    epochs = train(model, digits.load("train"), recipe(kind), validation=digits.load("validation"), seed=1)
    assert epochs[-1].loss < 0.7 * epochs[0].loss
    assert epochs[-1].validation is not None
    assert epochs[-1].validation.accuracy > 0.5


def first_step(kind: str, scale: float) -> tuple[Tensor, Tensor]:
    """A matrix, and what one step by `scale` times a fixed gradient takes from it."""
    torch.manual_seed(3)
    layer = nn.Linear(6, 4, bias=False)
    before = layer.weight.detach().clone()
    layer.weight.grad = scale * torch.randn(4, 6)
    optimizer_of(layer, recipe(kind, weight_decay=0.0)).step()
    return before, before - layer.weight.detach()


@pytest.mark.parametrize("kind", LAYERED)
def test_the_step_of_a_layer_follows_its_weights_not_the_size_of_its_gradient(kind: str):
    (before, step), (_, larger) = first_step(kind, 1.0), first_step(kind, 100.0)
    torch.testing.assert_close(step, larger, rtol=1e-3, atol=1e-6)
    length = {"lars": RATES["lars"] * 0.001, "lamb": RATES["lamb"]}[kind] * before.norm()
    assert float(step.norm()) == pytest.approx(float(length), rel=0.01)


@pytest.mark.parametrize("kind", LAYERED)
def test_a_rule_of_a_package_that_is_missing_says_how_to_get_it(kind: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pytorch_optimizer", None)
    with pytest.raises(DataError, match=r"RS651(.|\n)*resspec\[optimizers\]"):
        optimizer_of(nn.Linear(2, 2), recipe(kind))
