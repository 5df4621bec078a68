"""What files may say, for people: every family, every kind and every field, as the classes themselves say it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from resspec.authoring.families import Definitions, Schema, about, own
from resspec.parts import FAMILIES
from resspec.spec.cascade import DEFAULTS

KIND = "kind"
WORDS = {"boolean": "true or false", "string": "text"}
RECORDS = {"StageSpec": "stages", "Parts": "choices of parts", "Recipe": "recipe"}
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


@dataclass(frozen=True, slots=True)
class Language:
    """A language and the families that its files name kinds of."""

    families: Callable[[], Mapping[str, Any]]
    inherits: bool
    defaults: Mapping[str, Any]
    """By family, what a file means that names no kind."""

    def reference(self, *, plugins: bool = True) -> tuple[FamilyEntry, ...]:
        """Every family with its kinds, those of installed plug-ins included or resspec's alone."""
        families = {name: family for name, family in self.families().items() if plugins or own(family)}
        return tuple(self.family(name, plugins=plugins) for name in families)

    def family(self, name: str, *, plugins: bool = True) -> FamilyEntry:
        """A family with its kinds."""
        family = self.families()[name]
        kinds = [self.kind(kind) for kind in family.kinds().values() if plugins or own(kind)]
        return FamilyEntry(name, about(family), str(self.defaults.get(name, {}).get(KIND, "")), tuple(kinds))

    def kind(self, kind: Any) -> KindEntry:
        """A kind with its fields."""
        package = "" if own(kind) else kind.__module__.partition(".")[0]
        return KindEntry(kind.family, kind.kind, about(kind), self.fields(kind), package)

    def kinds(self) -> list[Any]:
        """Every kind of every family."""
        return [kind for family in self.families().values() for kind in family.kinds().values()]

    def names(self) -> Iterator[str]:
        """Every family and kind."""
        yield from map(key_of, self.families())
        yield from (kind.kind for kind in self.kinds())

    def named(self, name: str) -> list[KindEntry]:
        """The kinds that a word means: `FAMILY.KIND`, or every kind of that name."""
        found = [kind for kind in self.kinds() if name in (kind.kind, f"{key_of(kind.family)}.{kind.kind}")]
        return [self.kind(kind) for kind in found]

    def fields(self, record: type[BaseModel]) -> tuple[FieldEntry, ...]:
        """The fields of a record."""
        definitions = Definitions(self.families, plugins=True, inherits=self.inherits)
        schema = definitions.fields(record)
        told = Told({key_of(name) for name in self.families()}, definitions.found)
        needed = schema.get("required", ())
        entries = []
        for name, field in schema.get("properties", {}).items():
            default = None if name in needed else written(default_of(record, name, field))
            entries.append(FieldEntry(name, told(field), default, field.get("description", "")))
        return tuple(entries)


SPECS = Language(lambda: FAMILIES, inherits=True, defaults=DEFAULTS)


def key_of(family: str) -> str:
    """A family's name as one word."""
    return family.replace(" ", "-")


def default_of(record: type[BaseModel], name: str, field: Schema) -> Any:
    """What a field is where a file does not say; a part or plug-in as plain data."""
    if "default" in field:
        return field["default"]
    declared = record.model_fields.get(name)
    value = declared.get_default(call_default_factory=True) if declared else None
    return plain(value)


def plain(value: Any) -> Any:
    """A value as data: parts and plug-ins as a file would write them."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.to_data() if hasattr(value, "to_data") else value


def written(value: Any) -> str:
    """A default as a file would write it: a part by its kind; nothing for null, and for records, which have fields of
    their own."""
    if isinstance(value, dict):
        return str(value.get(KIND, ""))
    if value is None or value in ([], ""):
        return ""
    if isinstance(value, list) and isinstance(value[0], dict):
        return f"[{', '.join(map(written, value))}]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Told:
    """Tells what a field may be, in words."""

    families: set[str]
    inner: Mapping[str, Any]

    def __call__(self, schema: Schema) -> str:
        """A field's schema in words."""
        if "$ref" in schema:
            return self.named(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            forms = [self(form) for form in schema["anyOf"] if form.get("type") != "null"]
            return " or ".join(dict.fromkeys(forms))
        if "const" in schema or "enum" in schema:
            return " or ".join(map(written, schema.get("enum") or [schema["const"]]))
        kind = str(schema.get("type", "value"))
        composed = {"array": self.listed, "object": self.mapped}.get(kind)
        return composed(schema) if composed else WORDS.get(kind, kind) + bounds(schema)

    def named(self, name: str) -> str:
        """A family, or a record."""
        if name in self.families:
            return f"{name} kind"
        if name in RECORDS:
            return RECORDS[name]
        found = self.inner.get(name, {})
        if "enum" in found:
            return self(found)
        fields = found.get("properties", {})
        told = ", ".join(f"{field}: {self(schema)}" for field, schema in fields.items())
        return f"{{{told}}}" if told else "mapping"

    def mapped(self, schema: Schema) -> str:
        """A mapping of one type."""
        extra = schema.get("additionalProperties")
        return f"mapping of {self(extra)}" if isinstance(extra, dict) else "mapping"

    def listed(self, schema: Schema) -> str:
        """A list of one type, or of one for each place."""
        if places := schema.get("prefixItems"):
            types = [self(place) for place in places]
            return f"{len(types)} × {types[0]}" if len(set(types)) == 1 else f"[{', '.join(types)}]"
        return f"list of {self(schema['items'])}" if isinstance(schema.get("items"), dict) else "list"


def bounds(schema: Schema) -> str:
    """The bounds of a number."""
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    told = [f"{sign} {schema[key]:g}" for key, sign in signs.items() if key in schema]
    return f" {', '.join(told)}" if told else ""
