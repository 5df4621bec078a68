"""Families of kinds, parts and plug-ins alike, as definitions of a JSON Schema: a kind's name, or a mapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from resspec.record import FAMILY_MARK, describe

Schema = dict[str, Any]

REMOVAL = {"description": "Takes away what the base says.", "type": "null"}
TAKEN_AWAY: Schema = {"^~": REMOVAL}
"""`~key` takes an inherited key away."""
OWN = "resspec."


class Definitions:
    """The `$defs` of a schema, filled as fields ask for families; those are looked up when asked for, since a record's
    module may bring families of its own."""

    def __init__(self, families: Callable[[], Mapping[str, Any]], *, plugins: bool, inherits: bool) -> None:
        self.families = families
        self.plugins = plugins
        self.inherits = inherits
        self.found: Schema = {}

    def fields(self, record: type[BaseModel]) -> Schema:
        """A record's own schema with every field described."""
        describe(record)
        schema = record.model_json_schema(mode="validation")
        for name, inner in schema.pop("$defs", {}).items():
            self.found.setdefault(name, {})
            self.found[name] = self.tidy(inner)
        found: Schema = self.tidy(schema)
        return found

    def tidy(self, schema: Any) -> Any:
        """A schema as we write it: no titles, descriptions on one line, families by reference."""
        if isinstance(schema, list):
            return [self.tidy(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        kept = {key: value for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
        if FAMILY_MARK in kept:
            kept |= self.reference(kept.pop(FAMILY_MARK))
        if isinstance(kept.get("description"), str):
            kept["description"] = " ".join(kept["description"].split())
        return {key: value if key == "default" else self.tidy(value) for key, value in kept.items()}

    def reference(self, name: str) -> Schema:
        """A reference to a family, which is defined with it."""
        key = name.replace(" ", "-")
        if key not in self.found:
            self.found[key] = {}
            self.found[key] = self.family(key, self.families()[name])
        return {"$ref": f"#/$defs/{key}"}

    def family(self, key: str, family: Any) -> Schema:
        """A kind's name, or a mapping with `kind` and its fields; where specs inherit, also a mapping without a kind,
        and nothing for `none`."""
        kinds = {name: kind for name, kind in family.kinds().items() if self.plugins or own(kind)}
        fields = {name: self.kind(key, name, kind) for name, kind in kinds.items()}
        names = [{"const": name, "description": about(kind)} for name, kind in kinds.items()]
        self.found[f"{key}.kind"] = {"enum": list(kinds), "oneOf": names}
        word: Schema = {"$ref": f"#/$defs/{key}.kind"}
        if short := [name for name, kind in kinds.items() if getattr(kind, "short", "")]:
            word = {"anyOf": [word, {"pattern": f"^({'|'.join(short)}):"}]}
        types = ["string", "object", *(["null"] if "none" in kinds else [])]
        forms = {"if": {"type": "object"}, "then": self.mapping(key, fields)}
        return {"description": about(family), "type": types, **forms, "else": {"if": {"type": "string"}, "then": word}}

    def kind(self, key: str, name: str, kind: type[BaseModel]) -> Schema:
        """The fields of a kind; the kind's own definition has `kind` besides and nothing else."""
        schema = self.fields(kind)
        fields: Schema = schema.get("properties", {})
        body: Schema = {
            "description": about(kind),
            "type": "object",
            "properties": {"kind": {"const": name}, **fields},
            "additionalProperties": False,
        }
        if self.inherits:
            body["patternProperties"] = TAKEN_AWAY
        elif needed := schema.get("required"):
            body["required"] = needed
        self.found[f"{key}.{name}"] = body
        return fields

    def mapping(self, key: str, fields: Mapping[str, Schema]) -> Schema:
        """A mapping, held to the kind that it names."""
        chosen = [
            {
                "if": {"required": ["kind"], "properties": {"kind": {"const": name}}},
                "then": {"$ref": f"#/$defs/{key}.{name}"},
            }
            for name in fields
        ]
        kind = {"properties": {"kind": {"$ref": f"#/$defs/{key}.kind"}}}
        if not self.inherits:
            return {"type": "object", "required": ["kind"], **kind, "allOf": chosen}
        every = {name: either(fields, name) for name in sorted({name for own in fields.values() for name in own})}
        unnamed = {"properties": every, "patternProperties": TAKEN_AWAY, "additionalProperties": False}
        return {"type": "object", **kind, "allOf": chosen, "if": {"required": ["kind"]}, "else": unnamed}


def either(fields: Mapping[str, Schema], name: str) -> Schema:
    """What a field may be, whatever kind has it."""
    forms: list[Schema] = []
    for own_fields in fields.values():
        form = own_fields.get(name)
        if form is not None and form not in forms:
            forms.append(form)
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def own(kind: type) -> bool:
    """Whether a kind comes with resspec."""
    return kind.__module__.startswith(OWN)


def about(subject: Any) -> str:
    """The first words that a class says of itself."""
    return " ".join((subject.__doc__ or "").split())
