"""Compound scaling of a whole net."""

from __future__ import annotations

import pytest

import resspec
from networks import small
from resspec.errors import SpecError


def test_widths_and_depths_are_multiplied_and_rounded():
    spec = resspec.load(small(scale={"width": 1.3, "depth": 1.5}))
    assert [(stage.depth, stage.width) for stage in spec.stages] == [(3, 40), (3, 80)]
    assert spec.stem["width"] == 24


def test_a_width_that_a_stem_defaults_to_is_scaled():
    spec = resspec.load(small(stem="conv7x7", scale={"width": 2}))
    assert spec.stem == {"kind": "conv7x7", "width": 128}
    assert resspec.load(small(stem="deep", scale={"width": 2})).stem["widths"] == [64, 64, 128]


def test_widths_are_multiples_of_the_divisor_and_lose_no_more_than_a_tenth():
    for factor in (0.1, 0.33, 0.77, 1.21, 2.9):
        spec = resspec.load(small(scale={"width": factor, "divisor": 8}))
        for stage, width in zip(spec.stages, (32, 64), strict=True):
            assert stage.width % 8 == 0
            assert stage.width >= 0.9 * factor * width


def test_a_factor_of_one_changes_nothing():
    assert resspec.fingerprint(small(scale={"width": 1, "depth": 1})) == resspec.fingerprint(small())


def test_a_scaled_spec_written_out_is_not_scaled_again():
    spec = resspec.load(small(scale={"width": 2}))
    assert resspec.load(spec.to_dict()) == spec
    assert resspec.load(spec, "stages.1.depth=1").stages[0].width == 64


def test_an_inherited_scale_can_be_changed():
    spec = resspec.load("resnetv2_152x2_bit", "scale.width=1")
    assert [stage.width for stage in spec.stages] == [256, 512, 1024, 2048]


@pytest.mark.parametrize(
    ("scale", "message"),
    [({"width": 0}, "more than 0"), ({"wdth": 2}, "did you mean 'width' or 'depth'?"), (2, "mapping")],
)
def test_a_wrong_scale_is_told(scale: object, message: str):
    with pytest.raises(SpecError, match=message.replace("?", r"\?")):
        resspec.load(small(scale=scale))
