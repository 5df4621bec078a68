"""What a spec may say, for people: every family, every kind and every field, as the classes themselves say it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from resspec.authoring.families import Definitions, Schema, about, own
from resspec.errors import SpecError, did_you_mean, quoted
from resspec.parts import FAMILIES, Part
from resspec.spec.cascade import DEFAULTS

KIND = "kind"
WORDS = {"boolean": "true or false", "string": "text"}
RECORDS = {"StageSpec": "stages", "Parts": "choices of parts"}
"""What records with tables of their own are called where another one holds them."""


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """A field: what it may be, what it is by default (None where it must be given), and what it does."""

    name: str
    type: str
    default: str | None
    about: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"name": self.name, "type": self.type, "default": self.default, "about": self.about}


@dataclass(frozen=True, slots=True)
class KindEntry:
    """A kind of part; `package` is empty for resspec's own."""

    family: str
    kind: str
    about: str
    fields: tuple[FieldEntry, ...]
    package: str = ""

    @property
    def shortest(self) -> str:
        """How a spec names it, with what must be given."""
        needed = [field.name for field in self.fields if field.default is None]
        return f"{{kind: {self.kind}, {', '.join(f'{name}: …' for name in needed)}}}" if needed else self.kind

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "family": self.family,
            "kind": self.kind,
            "about": self.about,
            "package": self.package,
            "fields": [field.to_dict() for field in self.fields],
        }


@dataclass(frozen=True, slots=True)
class FamilyEntry:
    """A family of parts, and the kind that a spec means where it names none."""

    family: str
    about: str
    default: str
    kinds: tuple[KindEntry, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        kinds = [kind.to_dict() for kind in self.kinds]
        return {"family": self.family, "about": self.about, "default": self.default, "kinds": kinds}


def reference(*, plugins: bool = True) -> tuple[FamilyEntry, ...]:
    """Every family with its kinds, in the order of a net; with the kinds of installed plug-ins, or resspec's alone."""
    return tuple(family_entry(name, plugins=plugins) for name in FAMILIES)


def family_entry(name: str, *, plugins: bool = True) -> FamilyEntry:
    """A family with its kinds."""
    family = FAMILIES[name]
    kinds = [kind_entry(kind) for kind in family.kinds().values() if plugins or own(kind)]
    return FamilyEntry(name, about(family), str(DEFAULTS.get(name, {}).get(KIND, "")), tuple(kinds))


def kind_entry(kind: type[Part]) -> KindEntry:
    """A kind with its fields."""
    package = "" if own(kind) else kind.__module__.partition(".")[0]
    return KindEntry(kind.family, kind.kind, about(kind), fields_of(kind), package)


def kinds_named(name: str) -> list[KindEntry]:
    """The kinds that a word means: `FAMILY.KIND`, or every kind of that name; SpecError where there is none."""
    every = [kind for family in FAMILIES.values() for kind in family.kinds().values()]
    found = [kind for kind in every if name in (kind.kind, f"{kind.family}.{kind.kind}")]
    if not found:
        known = dict.fromkeys([*FAMILIES, *(kind.kind for kind in every)])
        message = f"there is no part called {quoted(name)}"
        raise SpecError.of("RS203", message, remedy=did_you_mean(name, known) or f"families: {', '.join(FAMILIES)}")
    return [kind_entry(kind) for kind in found]


def fields_of(record: type[BaseModel]) -> tuple[FieldEntry, ...]:
    """The fields of a record."""
    definitions = Definitions(lambda: FAMILIES, plugins=True, inherits=True)
    schema = definitions.fields(record)
    return tuple(_entries(schema, definitions.found))


def _entries(schema: Schema, inner: Mapping[str, Any]) -> Iterator[FieldEntry]:
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        default = None if name in needed else _written(field.get("default"))
        yield FieldEntry(name, type_of(field, inner), default, field.get("description", ""))


def _written(value: Any) -> str:
    """A default as a spec would write it; nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def type_of(schema: Schema, inner: Mapping[str, Any]) -> str:
    """What a field may be, in words."""
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2], inner)
    if "anyOf" in schema:
        forms = [type_of(form, inner) for form in schema["anyOf"] if form.get("type") != "null"]
        return " or ".join(dict.fromkeys(forms))
    if "const" in schema or "enum" in schema:
        return " or ".join(map(_written, schema.get("enum") or [schema["const"]]))
    kind = str(schema.get("type", "any"))
    composed = {"array": _list, "object": _mapping}.get(kind)
    return composed(schema, inner) if composed else WORDS.get(kind, kind) + _bounds(schema)


def _bounds(schema: Schema) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    told = [f"{sign} {schema[key]:g}" for key, sign in signs.items() if key in schema]
    return f" {', '.join(told)}" if told else ""


def _mapping(schema: Schema, inner: Mapping[str, Any]) -> str:
    extra = schema.get("additionalProperties")
    return f"mapping of {type_of(extra, inner)}" if isinstance(extra, dict) else "mapping"


def _list(schema: Schema, inner: Mapping[str, Any]) -> str:
    """A list of one type, or of one for each place."""
    if places := schema.get("prefixItems"):
        types = [type_of(place, inner) for place in places]
        return f"{len(types)} × {types[0]}" if len(set(types)) == 1 else f"[{', '.join(types)}]"
    return f"list of {type_of(schema['items'], inner)}" if isinstance(schema.get("items"), dict) else "list"


def _named(name: str, inner: Mapping[str, Any]) -> str:
    if name in FAMILIES:
        return f"{name} kind"
    if name in RECORDS:
        return RECORDS[name]
    found = inner.get(name, {})
    if "enum" in found:
        return type_of(found, inner)
    fields = found.get("properties", {})
    told = ", ".join(f"{field}: {type_of(schema, inner)}" for field, schema in fields.items())
    return f"{{{told}}}" if told else "mapping"
