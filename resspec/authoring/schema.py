"""The JSON Schema (2020-12) of specs, for editors: structure, names, types, bounds. What needs arithmetic or what a
file inherits, resspec alone can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from resspec.authoring.families import TAKEN_AWAY, Definitions, Schema
from resspec.parts import FAMILIES
from resspec.spec.budgets import QUANTITIES
from resspec.spec.cascade import DEFAULTS
from resspec.spec.net import NetSpec, Parts, StageSpec
from resspec.spec.rules import RULES
from resspec.spec.scaling import Scale

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHARE = r"[0-9]+(\.[0-9]+)?\s*%\s*of\s+\S+"
AMOUNT = r"[0-9]+(\.[0-9]+)?([eE][0-9]{1,2})?\s*[kKMGBT]?"
AMOUNTS = {
    "memory": r"[0-9]+(\.[0-9]+)?\s*(([kKmMgGtT][iI]?)?[bB])?",
    "latency": r"[0-9]+(\.[0-9]+)?\s*([nNuUµmM]?[sS])",
}
TIMED = ("latency",)
"""Costs that a number without a unit does not bound."""
POSITION = "^[0-9]+$"
STAGE_KEY = "^([1-9][0-9]*|[+~].*|[^0-9+~].*)$"
"""A position from 1, a name, or one of them behind a sign."""
EXAMPLES = {
    "stem": [{"kind": "conv7x7", "width": 64, "pool": "max"}, "conv3x3"],
    "block": ["basic", {"kind": "bottleneck", "ratio": 0.25}],
    "norm": ["batch", {"kind": "group", "groups": 32}],
    "gate": ["se", {"kind": "se", "ratio": 0.25}],
    "head": [{"kind": "linear", "classes": 10}],
    "input": [[3, 224, 224], "224x224", "1x28x28"],
    "stages": [[{"depth": 2, "width": 64}, {"depth": 2, "width": 128, "stride": 2}], {"3": {"depth": 9}}],
    "budgets": [{"params": "<= 25M", "macs": "<= 60% of resnet50"}],
    "drop_path": [0.1],
    "output_stride": [8, 16],
}


def spec_schema(*, plugins: bool = True) -> Schema:
    """The schema of a spec file; with the kinds of installed plug-ins, or of resspec alone."""
    definitions = Definitions(lambda: FAMILIES, plugins=plugins, inherits=True)
    net = net_schema(definitions)
    title = {"$schema": DIALECT, "title": "resspec spec", "description": "A residual network as a file."}
    return title | net | {"$defs": dict(sorted(definitions.found.items()))}


def net_schema(definitions: Definitions) -> Schema:
    """The schema of a net, which fills the definitions it needs."""
    fields = definitions.fields(NetSpec)["properties"]
    for record in (StageSpec, Parts):
        definitions.found.pop(record.__name__, None)
    definitions.found |= {"stages.item": stage(definitions, whole=True), "stages.change": stage(definitions)}
    fields |= {key: part(definitions, key, fields[key]) for key in fields if key in FAMILIES}
    fields["stages"] = {**stages(definitions), "description": fields["stages"]["description"]}
    fields["input"] = {"description": fields["input"]["description"], "default": [3, 224, 224], **size(fields["input"])}
    fields["budgets"] = {**fields["budgets"], "anyOf": [budgets(), {"type": "null"}]}
    fields["extends"] = extends()
    fields["scale"] = definitions.fields(Scale) | {"patternProperties": TAKEN_AWAY}
    for key, examples in EXAMPLES.items():
        fields[key]["examples"] = examples
    alone = {"required": ["stem", "stages"], "properties": {"stages": {"if": {"type": "object"}, "then": RULE}}}
    return {
        "type": "object",
        "properties": fields,
        "patternProperties": TAKEN_AWAY,
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "else": alone,
    }


RULE: Schema = {"required": ["kind"]}


def part(definitions: Definitions, family: str, written: Schema) -> Schema:
    """A field that names a part."""
    found = {"description": written.get("description", ""), **definitions.reference(family)}
    return found | {"default": DEFAULTS[family]["kind"]} if family in DEFAULTS else found


def stage(definitions: Definitions, *, whole: bool = False) -> Schema:
    """A stage of a list, or a change of one."""
    schema = definitions.fields(StageSpec)
    definitions.found.pop(Parts.__name__, None)
    fields = schema["properties"]
    fields |= {key: part_of_stage(definitions, key, fields[key]) for key in fields if key in FAMILIES}
    definitions.found["blocks.change"] = block_change(definitions)
    changes = {"type": "object", "patternProperties": {POSITION: {"$ref": "#/$defs/blocks.change"}, **TAKEN_AWAY}}
    fields["blocks"] = {"description": fields["blocks"]["description"], **changes, "additionalProperties": False}
    found: Schema = {"description": schema["description"], "type": "object", "properties": fields}
    if whole:
        return found | {"required": ["depth", "width"], "additionalProperties": False}
    return found | {"patternProperties": TAKEN_AWAY, "additionalProperties": False}


def block_change(definitions: Definitions) -> Schema:
    """What a single block may choose."""
    schema = definitions.fields(Parts)
    fields = {key: part_of_stage(definitions, key, field) for key, field in schema["properties"].items()}
    return {
        "description": schema["description"],
        "type": "object",
        "properties": fields,
        "patternProperties": TAKEN_AWAY,
        "additionalProperties": False,
    }


def part_of_stage(definitions: Definitions, family: str, written: Schema) -> Schema:
    """A field of a stage or block that names a part: what is above it is its default."""
    return {"description": written.get("description", ""), **definitions.reference(family)}


def stages(definitions: Definitions) -> Schema:
    """A list of stages, a rule for them, or changes of those that a base has."""
    item, change = {"$ref": "#/$defs/stages.item"}, {"$ref": "#/$defs/stages.change"}
    changed = {"anyOf": [change, {"description": "Takes the stage away.", "type": "null"}]}
    put = {"anyOf": [item, {"type": "array", "items": item}]}
    beside = {POSITION: changed, r"^\+": put, **TAKEN_AWAY}
    rule_fields: Schema = {}
    chosen = []
    for name, rule in RULES.items():
        schema = definitions.fields(rule)
        rule_fields |= schema["properties"]
        fields = {"kind": {"const": name}, **schema["properties"]}
        body = {"type": "object", "properties": fields, "patternProperties": beside, "additionalProperties": False}
        definitions.found[f"stages.{name}"] = {"description": schema["description"], **body}
        named = {"required": ["kind"], "properties": {"kind": {"const": name}}}
        chosen.append({"if": named, "then": {"$ref": f"#/$defs/stages.{name}"}})
    changes = {"properties": rule_fields, "patternProperties": beside, "additionalProperties": changed}
    changes["propertyNames"] = {"pattern": STAGE_KEY}
    definitions.found["stages.rule"] = {"properties": {"kind": {"enum": list(RULES)}}, "allOf": chosen}
    return {
        "type": ["array", "object"],
        "items": item,
        "minItems": 1,
        "if": {"type": "object"},
        "then": {"if": RULE, "then": {"$ref": "#/$defs/stages.rule"}, "else": changes},
    }


def size(written: Schema) -> Schema:
    """An input: a list of three sides, or a text."""
    sides = {key: written[key] for key in ("type", "minItems", "maxItems", "prefixItems") if key in written}
    change = {"type": "object", "patternProperties": {"^[123]$": {"type": "integer", "minimum": 1}}}
    text = {"type": "string", "pattern": "^([0-9]+x)?[0-9]+x[0-9]+$"}
    return {"anyOf": [sides, text, {**change, "additionalProperties": False}]}


def budgets(names: Sequence[str] = tuple(QUANTITIES)) -> Schema:
    """Bounds on these costs."""
    fields: dict[str, Any] = {}
    for name in names:
        text = {"type": "string", "pattern": bounds_pattern(AMOUNTS.get(name, AMOUNT))}
        bare = [{"type": "number", "minimum": 0}] if name not in TIMED else []
        fields[name] = {"description": QUANTITIES[name].about, "anyOf": [*bare, text]}
    return {"type": "object", "properties": fields, "patternProperties": TAKEN_AWAY, "additionalProperties": False}


def bounds_pattern(amount: str) -> str:
    """An upper bound, a lower one or a range of amounts or of shares of another network's."""
    side = rf"{amount}|{SHARE}"
    return rf"^\s*((<=|>=)?\s*({side})|({side})\s*\.\.\s*({side})?|\.\.\s*({side}))\s*$"


def extends() -> Schema:
    """What a file is laid over."""
    return {
        "description": "What the file is laid over: a shipped spec's name, a file beside it, or several, in order.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        "examples": ["resnet50", ["resnet50", "small_images.yaml"]],
    }
