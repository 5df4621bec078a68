"""The JSON Schema (2020-12) of search files."""

from __future__ import annotations

from resspec.authoring.families import Definitions, Schema
from resspec.authoring.schema import DIALECT, budgets, net_schema
from resspec.parts import FAMILIES
from resspec.study.declaration import Search
from resspec.training.plugin import Plugin

EXAMPLES = {
    "base": ["resnet18", "mine.yaml", {"extends": "resnet18", "head": {"classes": 10}}],
    "space": [{"stages.1.depth": {"low": 1, "high": 4}, "norm": ["batch", "group"]}],
    "budgets": [{"params": "<= 25M", "macs": "<= 60% of base"}],
    "trials": [40],
}


def plugin_families() -> dict[str, type[Plugin]]:
    """The families that search files name kinds of, as far as they are known by now."""
    return {family.family: family for family in Plugin.__subclasses__()}


def search_schema(*, plugins: bool = True) -> Schema:
    """The schema of a search file; with the kinds of installed plug-ins, or of resspec alone."""
    definitions = Definitions(plugin_families, plugins=plugins, inherits=False)
    schema = definitions.fields(Search)
    parts = Definitions(lambda: FAMILIES, plugins=plugins, inherits=True)
    parts.found["net"] = net_schema(parts)
    fields = schema["properties"]
    network = {"if": {"type": "object"}, "then": {"$ref": "#/$defs/net"}, "type": ["string", "object"]}
    fields["base"] = {"description": fields["base"]["description"], **network}
    fields["budgets"] |= budgets()
    for key, examples in EXAMPLES.items():
        fields[key]["examples"] = examples
    clash = definitions.found.keys() & parts.found.keys()
    assert not clash, f"two definitions of one name: {clash}"
    head = {"$schema": DIALECT, "title": "resspec search", "description": schema["description"], "type": "object"}
    body = {"properties": fields, "required": schema["required"], "additionalProperties": False}
    return head | body | {"$defs": dict(sorted((definitions.found | parts.found).items()))}
