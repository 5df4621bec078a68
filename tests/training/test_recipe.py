"""Recipes: the schedule's shape and what may be written."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from resspec.training import Recipe


def test_the_learning_rate_rises_to_its_peak_and_falls_to_nearly_nothing():
    recipe = Recipe(epochs=10, lr=0.4, warmup=2.0)
    rates = [recipe.lr_at(step, 7) for step in range(70)]
    peak = rates.index(max(rates))
    assert rates[0] == pytest.approx(0.4 / 14)
    assert max(rates) == pytest.approx(0.4, rel=1e-3)
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert 0 < rates[-1] < 0.01 * 0.4


def test_without_warm_up_the_rate_is_half_a_cosine():
    recipe = Recipe(epochs=4, lr=1.0, warmup=0.0)
    assert [recipe.lr_at(step, 1) for step in range(4)] == pytest.approx(
        [(1 + math.cos(math.pi * t / 4)) / 2 for t in range(4)]
    )


@pytest.mark.parametrize("warmup", [0.5, 1.0, 5.0])
def test_a_warm_up_as_long_as_the_training_leaves_a_finite_rate(warmup: float):
    recipe = Recipe(epochs=1, warmup=warmup)
    assert all(0 <= recipe.lr_at(step, 3) <= recipe.lr for step in range(3))


def test_a_recipe_refuses_what_it_does_not_know():
    with pytest.raises(ValidationError, match="unknown key"):
        Recipe.model_validate({"epoch": 3})
    with pytest.raises(ValidationError, match="there is no optimizer 'sdg'"):
        Recipe.model_validate({"optimizer": "sdg"})
