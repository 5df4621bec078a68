"""Kinds by name: short forms, near misses, faults at their place."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from resspec.study.evaluators import Evaluator
from resspec.study.samplers import Sampler
from resspec.training import DataSource
from resspec.training.plugin import Plugin


def test_a_kind_is_named_alone_with_a_value_or_with_fields():
    assert Sampler.read("tpe").to_data() == {"kind": "tpe", "startup": 10, "candidates": 24}
    assert DataSource.read("cifar10:here").to_data() == {"kind": "cifar10", "folder": "here", "validation": 0.1}
    assert Sampler.read({"kind": "tpe", "startup": 3}) == Sampler.read(
        Sampler.read({"kind": "tpe", "startup": 3}).to_data()
    )


@pytest.mark.parametrize(
    ("family", "written", "law"),
    [
        (Sampler, "tpee", "there is no sampler 'tpee'"),
        (Sampler, {"startup": 3}, "a sampler is a kind's name or a mapping with `kind`"),
        (Sampler, 7, "not 7"),
        (DataSource, "digits:x", "the data set 'digits' takes no ':x'"),
    ],
)
def test_what_names_no_kind_is_refused(family: type[Plugin], written: object, law: str):
    with pytest.raises(PydanticCustomError, match=law):
        family.read(written)


def test_a_near_miss_is_named():
    with pytest.raises(PydanticCustomError) as caught:
        Sampler.read("tpee")
    assert caught.value.context == {"remedy": "did you mean 'tpe'?"}


def test_faults_of_a_kind_inside_a_kind_say_where_they_are():
    with pytest.raises(ValidationError) as caught:
        Evaluator.read({"kind": "training", "data": "digits", "recipe": {"epochs": 0, "lrr": 1}, "threats": 1})
    assert {error["loc"] for error in caught.value.errors()} == {("recipe", "epochs"), ("recipe", "lrr"), ("threats",)}
