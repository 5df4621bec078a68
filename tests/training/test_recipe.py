"""Recipes: the schedule's shape and what may be written."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from resspec.errors import SpecError
from resspec.training import Recipe
from resspec.training.recipe_file import load_recipe, shipped_recipes


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


@pytest.mark.parametrize("name", shipped_recipes())
def test_a_shipped_recipe_is_whole_and_reads_back_as_itself(name: str):
    recipe = load_recipe(name)
    assert load_recipe(recipe.to_dict()) == recipe


def test_a_recipe_is_changed_as_specs_are(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("extends: cifar-fast\nepochs: 40\noptimizer: {kind: adamw, second: 0.99}\n")
    found = load_recipe(tmp_path / "mine.yaml", "recipe.lr=0.01", "recipe.schedule.floor=0.1")
    assert (found.epochs, found.lr, found.flip) == (40, 0.01, True)
    assert found.optimizer.to_data() == {"kind": "adamw", "momentum": 0.9, "second": 0.99}
    assert found.schedule.to_data() == {"kind": "one-cycle", "floor": 0.1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epoch: 3\n", r"mine\.yaml:1:1: error\[RS201\]: unknown key 'epoch'"),
        ("lr: fast\n", r"mine\.yaml:1:5: error\[RS207\]: lr: must be a number, got 'fast'"),
        (
            "lr: 1\noptimizer: sdg\n",
            r"mine\.yaml:2:12: error\[RS203\].*there is no optimizer 'sdg'(.|\n)*did you mean 'sgd'",
        ),
        (
            "schedule: {kind: step, factor: 2}\n",
            r"mine\.yaml:1:32: error\[RS207\]: schedule\.factor: must be less than 1",
        ),
        ("extends: cifar-fats\n", r"mine\.yaml:1:10: error\[RS101\](.|\n)*did you mean 'cifar-fast'"),
    ],
)
def test_a_fault_of_a_recipe_is_told_at_its_place(tmp_path: Path, text: str, said: str):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(SpecError, match=said):
        load_recipe(tmp_path / "mine.yaml")


def test_the_rate_of_2015_falls_at_half_and_three_quarters():
    recipe = load_recipe("cifar-paper")
    rates = [recipe.lr_at(step, 352) for step in range(182 * 352)]
    assert rates[0] == 0.1
    falls = [step for step, (before, rate) in enumerate(pairwise(rates), 1) if rate < before]
    assert falls == [32032, 48048]
    assert rates[-1] == pytest.approx(0.001)


def test_a_recipe_written_in_python_may_extend_a_shipped_one():
    assert load_recipe({"extends": "scenes", "epochs": 3}) == load_recipe("scenes", "epochs=3")
