"""The schemas that ship: fresh, right for every shipped file, and strict about structure, names, types and bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from resspec.authoring.families import Schema
from resspec.authoring.schema import spec_schema
from resspec.authoring.search_schema import search_schema
from resspec.parts import FAMILIES
from resspec.shipped import schema_file, search_folder, spec_folder
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.spec.reading import read_document

WRITERS = {"spec": spec_schema, "search": search_schema}
SPEC, SEARCH = Draft202012Validator(spec_schema()), Draft202012Validator(search_schema())


@pytest.mark.parametrize("name", WRITERS)
def test_the_shipped_schema_is_fresh(name: str, request: pytest.FixtureRequest):
    text = json.dumps(WRITERS[name](plugins=False), indent=1) + "\n"
    if request.config.getoption("--accept"):
        schema_file(name).parent.mkdir(exist_ok=True)
        schema_file(name).write_text(text, encoding="utf-8", newline="\n")
    assert schema_file(name).read_text(encoding="utf-8") == text, "`pytest --accept` writes it"


@pytest.mark.parametrize("validator", [SPEC, SEARCH])
def test_a_schema_is_a_schema_of_its_dialect(validator: Draft202012Validator):
    Draft202012Validator.check_schema(validator.schema)
    assert validator.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", sorted(spec_folder().rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_spec_is_valid_as_it_is_written(path: Any):
    assert not list(SPEC.iter_errors(read_document(path).data))


@pytest.mark.parametrize("path", sorted(search_folder().rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_search_is_valid(path: Any):
    assert not list(SEARCH.iter_errors(read_document(path).data))


@pytest.mark.parametrize("path", sorted(spec_folder().rglob("*.yaml"))[::20], ids=lambda path: path.stem)
def test_a_spec_written_out_is_valid(path: Any):
    assert not list(SPEC.iter_errors(load_spec(path).to_dict()))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_registered_kind_is_in_the_schema_with_a_description(family: str):
    definitions = spec_schema()["$defs"]
    kinds = FAMILIES[family].kinds()
    assert definitions[f"{family}.kind"]["enum"] == list(kinds)
    for name, kind in kinds.items():
        fields = definitions[f"{family}.{name}"]["properties"]
        assert set(fields) == {"kind", *kind.model_fields}
        assert all(field.get("description") for key, field in fields.items() if key != "kind")


def test_every_key_of_the_language_is_in_the_schema_with_a_description():
    properties = spec_schema()["properties"]
    assert set(properties) == {"extends", "scale", *NetSpec.model_fields}
    assert all(field["description"] for field in properties.values())


BASE: Schema = {"stem": "conv3x3", "block": "basic", "stages": [{"depth": 1, "width": 8}]}
OVER: Schema = {"extends": "resnet50"}


@pytest.mark.parametrize(
    "data",
    [
        BASE,
        BASE | {"gate": None, "norm": {"kind": "group", "groups": 4}, "input": "1x28x28", "resspec": 1},
        BASE | {"budgets": {"macs": "<= 60% of resnet50", "params": "1M..25M", "flops": 4.1e9}},
        BASE | {"stages": {"kind": "regnet", "depth": 9, "w0": 24, "wa": 8.0, "wm": 2.0, "group_size": 8, "~2": None}},
        OVER
        | {"stages": {"3": {"depth": 9}, "+2": {"depth": 1, "width": 8}, "~1": None, "late": {"width": 9}, "4": None}},
        OVER | {"stages": {"+": [{"depth": 1, "width": 8}]}, "block": {"~ratio": None, "groups": 4}, "~shortcut": None},
        OVER | {"extends": ["resnet50", "small.yaml"], "stages": {"2": {"blocks": {"0": {"gate": "se"}}}}},
        OVER | {"stages": {"w0": 32, "depth": 12}},
    ],
)
def test_the_forms_of_the_language_are_valid(data: Schema):
    assert not list(SPEC.iter_errors(data))


@pytest.mark.parametrize(
    "data",
    [
        {"stem": "conv3x3"},
        {"block": "basic", "stages": [{"depth": 1, "width": 8}]},
        BASE | {"stages": {"3": {"depth": 9}}},
        BASE | {"stages": []},
        BASE | {"blok": "basic"},
        BASE | {"block": "bsic"},
        BASE | {"block": {"kind": "basic", "grups": 2}},
        BASE | {"block": {"grups": 2}},
        BASE | {"block": ["basic"]},
        BASE | {"stem": {"kind": "conv3x3", "pool": "maxx"}},
        BASE | {"stages": [{"depth": 0, "width": 8}]},
        BASE | {"stages": [{"depth": "two", "width": 8}]},
        BASE | {"stages": [{"depth": 1, "width": 8, "blocks": {"first": {}}}]},
        BASE | {"input": "224"},
        BASE | {"input": [3, 224]},
        BASE | {"drop_path": 1},
        BASE | {"budgets": {"mac": 3}},
        BASE | {"budgets": {"macs": "less"}},
        BASE | {"resspec": 2},
        OVER | {"extends": 3},
        OVER | {"stages": {"+": {"depth": 1}}},
        OVER | {"stages": {"3": {"dept": 1}}},
        OVER | {"block": {"~ratio": 3}},
    ],
)
def test_faults_of_structure_name_type_and_bound_are_caught(data: Schema):
    assert list(SPEC.iter_errors(data))


@pytest.mark.parametrize(
    "change",
    [
        {"evaluator": "trainin"},
        {"space": {"stages.1.depth": {"low": 1}}},
        {"space": {}},
        {"budgets": {"param": 3}},
        {"base": {"extends": "resnet18", "block": {"grups": 1}}},
        {"sampler": {"kind": "tpe", "typo": 1}},
        {"trials": 0},
        {"resspec": 2},
    ],
)
def test_faults_of_searches_are_caught(change: Schema):
    data = read_document(search_folder() / "digits.yaml").data
    assert not list(SEARCH.iter_errors(data))
    assert list(SEARCH.iter_errors(data | change))
