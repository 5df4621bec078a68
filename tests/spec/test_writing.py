"""What is written reads back: any spec, of any kinds, as data, YAML and JSON."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import core_schema

from resspec.parts import FAMILIES, Part
from resspec.spec.loading import load_spec
from resspec.spec.reading import read_text
from resspec.spec.writing import shorthand, yaml_text
from strategies import SPECS, TRICKY, WORDS, fields

PLAIN = set(get_args(core_schema.ErrorType))
"""Faults of structure, type and bounds: what a schema must tell."""

slow_to_draw = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def lawful(family: str, data: dict[str, Any]) -> Part | None:
    """The part, or None where a law of ours forbids it that no schema tells."""
    try:
        return FAMILIES[family].read(data)
    except ValidationError as error:
        if {item["type"] for item in error.errors()} & PLAIN:
            raise
        return None


@slow_to_draw
@given(SPECS)
def test_a_spec_reads_back_from_what_it_was_written_as(data: dict[str, Any]):
    spec = load_spec(data)
    assert load_spec(spec.to_dict()) == spec
    assert load_spec(read_text(spec.to_yaml()).data) == spec
    assert load_spec(read_text(json.dumps(spec.to_dict()), "net.json", is_json=True).data) == spec


@pytest.mark.parametrize(
    ("family", "kind"), [(name, kind) for name, family in FAMILIES.items() for kind in family.kinds()]
)
def test_every_kind_takes_what_its_schema_allows_and_reads_back(family: str, kind: str):
    @settings(slow_to_draw, max_examples=15)
    @given(fields(family, kind))
    def reads_back(data: dict[str, Any]):
        part = lawful(family, data)
        if part is not None:
            assert FAMILIES[family].read(part.to_data()) == part
            assert FAMILIES[family].read(read_text(yaml_text(part.to_data())).data) == part

    reads_back()


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), WORDS, TRICKY
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, TRICKY), inner, max_size=3)),
    max_leaves=12,
)


@slow_to_draw
@given(st.dictionaries(st.one_of(WORDS, TRICKY), DATA, min_size=1, max_size=4))
def test_any_data_reads_back_from_yaml(data: dict[str, Any]):
    assert read_text(yaml_text(data)).data == data


def test_yaml_is_written_as_people_write_it():
    data = {
        "extends": "resnet50",
        "norm": {"kind": "group"},
        "source": "1e5",
        "stages": {"3": {"depth": 9, "gate": {"kind": "se"}}, "+2": {"depth": 1, "width": 64}, "~4": None},
    }
    assert yaml_text(shorthand(data)) == (
        "extends: resnet50\n"
        "norm: group\n"
        "source: '1e5'\n"
        "stages: {3: {depth: 9, gate: se}, +2: {depth: 1, width: 64}, ~4: null}\n"
    )
