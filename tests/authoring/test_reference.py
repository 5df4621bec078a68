"""The reference of parts: every kind and field is told, the pages are fresh, the terminal says the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from resspec.authoring.kinds_page import kinds_page
from resspec.authoring.parts_page import keys_tables, kinds_in, parts_page, shipped_uses
from resspec.authoring.reference import SPECS, KindEntry
from resspec.authoring.search_reference import SEARCHES
from resspec.cli.app import app
from resspec.parts import FAMILIES
from resspec.spec.loading import load_spec

DOCS = Path(__file__).parents[2] / "docs"
KINDS = [kind for entry in SPECS.reference(plugins=False) for kind in entry.kinds]
OTHERS = [kind for entry in SEARCHES.reference(plugins=False) for kind in entry.kinds]


@pytest.mark.parametrize("kind", KINDS + OTHERS, ids=lambda kind: f"{kind.family}.{kind.kind}")
def test_a_kind_says_what_it_is_and_every_field_what_it_does_and_may_be(kind: KindEntry):
    assert kind.about.endswith((".", ")")), kind.about
    for field in kind.fields:
        assert field.about, field.name
        assert field.type not in ("value", "mapping", "list") or field.name == "options", (field.name, field.type)


def test_every_family_and_kind_is_told():
    told = {entry.family: [kind.kind for kind in entry.kinds] for entry in SPECS.reference()}
    assert told == {name: list(family.kinds()) for name, family in FAMILIES.items()}


def by_length(name: str) -> tuple[int, str]:
    return len(name), name


def test_networks_that_name_a_kind_are_found_in_the_zoo():
    named = shipped_uses()
    assert {"resnet18", "resnet34"} <= set(named["block", "basic"])
    assert named["shortcut", "pad"], "the nets of CIFAR-10"
    assert all(names == sorted(names, key=by_length) for names in named.values())


def test_parts_within_parts_are_found():
    found = set(kinds_in(load_spec("maskrcnn_resnet50_fpn").to_dict()))
    assert {("stem", "conv7x7"), ("pool", "max"), ("heads", "rcnn"), ("region", "masks"), ("neck", "fpn")} <= found


@pytest.mark.parametrize(("name", "page"), [("parts.md", parts_page), ("kinds.md", kinds_page)])
def test_a_page_of_kinds_is_fresh(pytestconfig: pytest.Config, name: str, page: Callable[[], str]):
    text = page()
    if pytestconfig.getoption("--accept"):
        (DOCS / name).write_text(text, encoding="utf-8", newline="\n")
    assert (DOCS / name).read_text(encoding="utf-8") == text, "pytest --accept writes it anew"


def test_the_tables_of_keys_are_fresh(pytestconfig: pytest.Config):
    page = DOCS / "spec.md"
    text = fresh = page.read_text(encoding="utf-8")
    for name, table in keys_tables().items():
        block = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
        assert len(block.findall(fresh)) == 1, name
        told = f"<!-- {name} -->\n{table}<!-- /{name} -->"
        fresh = block.sub(told.replace("\\", r"\\"), fresh)
    if pytestconfig.getoption("--accept"):
        page.write_text(fresh, encoding="utf-8", newline="\n")
    else:
        assert text == fresh, "pytest --accept writes it anew"


def said(*words: str) -> str:
    result = CliRunner().invoke(app, ["parts", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_verb_lists_families_kinds_and_fields():
    assert all(name in said() for name in FAMILIES)
    told = said("shortcut")
    assert "By default projection." in " ".join(told.split())
    assert all(kind in told for kind in FAMILIES["shortcut"].kinds())
    told = said("bottleneck")
    assert re.search(r"stride_on +3x3 or 1x1 +3x3 +The convolution that carries", told)


def test_a_kind_of_two_families_is_told_of_both_or_of_the_one_that_is_named():
    assert re.findall(r"^(\w+): avg", said("avg"), re.MULTILINE) == ["down", "pool"]
    assert re.findall(r"^(\w+): avg", said("pool.avg"), re.MULTILINE) == ["pool"]


def test_what_searches_and_recipes_name_is_told_too():
    assert "By default bayes." in " ".join(said("sampler").split())
    assert re.search(r"^table format: \{kind: paths, of: …\}", said("table-format.paths"), re.MULTILINE)
    assert "nas-bench-macro" in said("table-format")


def test_what_is_told_is_data_as_well():
    assert json.loads(said("gate.se", "--json")) == [kind.to_dict() for kind in KINDS if kind.kind == "se"]
    assert {"stem", "sampler"} < {entry["family"] for entry in json.loads(said("--json"))}


def test_an_unknown_part_is_refused_with_the_nearest():
    result = CliRunner().invoke(app, ["parts", "botleneck"])
    assert result.exit_code == 2
    assert "RS203" in result.stderr
    assert "did you mean 'bottleneck'" in result.stderr
    assert "Traceback" not in result.output
