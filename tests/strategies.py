"""Specs that nobody thought of: every registered kind with values its schema allows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from resspec.authoring.schema import spec_schema
from resspec.parts import FAMILIES

SCHEMA = spec_schema()
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
TRICKY = st.sampled_from(["no", "1e5", "0x1F", "null", "~", "12", "true", ".5", "- a", "a: b", "#", "'", '"', " x "])


def of_schema(schema: dict[str, Any], nesting: int = 2) -> SearchStrategy[Any]:
    """Values that a field's schema allows; a family's field holds a kind."""
    if "$ref" in schema:
        return part(schema["$ref"].rpartition("/")[2], nesting - 1)
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    if "anyOf" in schema:
        return st.one_of([of_schema(form, nesting) for form in schema["anyOf"]])
    return OF_TYPE[schema["type"]](schema)


def whole(schema: dict[str, Any]) -> SearchStrategy[int]:
    """Whole numbers inside a field's bounds."""
    low = schema["exclusiveMinimum"] + 1 if "exclusiveMinimum" in schema else schema.get("minimum", 0)
    return st.integers(low, schema.get("maximum", 64))


def number(schema: dict[str, Any]) -> SearchStrategy[float]:
    """Numbers inside a field's bounds."""
    low = schema.get("exclusiveMinimum", schema.get("minimum", 0))
    high = schema.get("exclusiveMaximum", schema.get("maximum", 64))
    return st.floats(low, high, exclude_min="exclusiveMinimum" in schema, exclude_max="exclusiveMaximum" in schema)


def array(schema: dict[str, Any]) -> SearchStrategy[list[Any]]:
    """Lists of what a field lists."""
    if "prefixItems" in schema:
        return st.tuples(*(of_schema(item) for item in schema["prefixItems"])).map(list)
    return st.lists(of_schema(schema["items"]), min_size=schema.get("minItems", 0), max_size=4)


OF_TYPE: dict[str, Callable[[dict[str, Any]], SearchStrategy[Any]]] = {
    "integer": whole,
    "number": number,
    "array": array,
    "boolean": lambda _: st.booleans(),
    "null": lambda _: st.none(),
    "string": lambda _: WORDS,
}


@cache
def part(family: str, nesting: int = 2) -> SearchStrategy[Any]:
    """A part of a family: a kind's name, or a mapping of any of its fields."""
    kinds = list(FAMILIES[family].kinds())
    named = st.sampled_from(kinds)
    return named if nesting <= 0 else st.one_of(named, *(fields(family, kind, nesting) for kind in kinds))


@cache
def fields(family: str, kind: str, nesting: int = 2) -> SearchStrategy[Any]:
    """A mapping that names a kind and some of its fields."""
    properties = dict(SCHEMA["$defs"][f"{family}.{kind}"]["properties"])
    del properties["kind"]
    some = {key: of_schema(schema, nesting) for key, schema in properties.items()}
    return st.fixed_dictionaries({"kind": st.just(kind)}, optional=some)


CHOICES = {family: part(family) for family in ("block", "conv", "down", "shortcut", "norm", "act", "gate", "stage")}
BLOCKS = st.fixed_dictionaries({}, optional={key: CHOICES[key] for key in CHOICES if key != "stage"})
STAGES = st.fixed_dictionaries(
    {"depth": st.integers(1, 4), "width": st.integers(1, 256)},
    optional={
        "stride": st.integers(1, 3),
        "name": st.from_regex(r"\A[a-z_][a-z0-9_]{0,5}\Z"),
        "blocks": st.dictionaries(st.integers(0, 3).map(str), BLOCKS, max_size=2),
        **CHOICES,
    },
)
BUDGETS = st.dictionaries(
    st.sampled_from(["params", "macs", "flops", "activations"]),
    st.one_of(st.integers(0, 10**12), st.sampled_from(["<= 25M", "1K..4.1G", ">= 1e3", "<= 60% of resnet50", "12e3"])),
)
SIDES = st.lists(st.integers(1, 512), min_size=3, max_size=3)
SPECS = st.fixed_dictionaries(
    {"stem": part("stem"), "stages": st.lists(STAGES, min_size=1, max_size=4)},
    optional={
        "resspec": st.just(1),
        "name": st.one_of(WORDS, TRICKY),
        "source": st.one_of(WORDS, TRICKY),
        "input": st.one_of(SIDES, SIDES.map(lambda sides: "x".join(map(str, sides)))),
        "mean": st.lists(st.floats(-2, 2), min_size=1, max_size=4),
        "drop_path": st.floats(0, 1, exclude_max=True),
        "output_stride": st.integers(1, 32),
        "budgets": BUDGETS,
        "final": part("final"),
        "head": part("head"),
        **CHOICES,
    },
)
"""Spec files as plain data: right in the language, whether or not the network fits together."""
