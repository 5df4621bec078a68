"""What a file may name by kind: a family of validated records, one file per kind, open to outside packages."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from resspec.errors import did_you_mean
from resspec.record import FAMILY_MARK, Record, refusal


class Plugin(Record, ABC):
    """A record chosen by its kind. A family is a class directly below this one; a kind is a class below its family.

    Kinds register by being defined. A family finds its own in the package `home`, those of others in the entry-point
    group `group`.
    """

    family: ClassVar[str]
    """What a kind of the family is called in messages: `data set`, `sampler`, …"""
    home: ClassVar[str]
    """The package that holds the family's kinds, one file each, or the one module that holds them all."""
    group: ClassVar[str]
    """The entry-point group that other packages register in."""
    kind: ClassVar[str] = ""
    """The name of the kind in files; empty for a family."""
    short: ClassVar[str] = ""
    """The field that `kind:VALUE` stands for; empty where a kind has no short form."""
    _kinds: ClassVar[dict[str, type[Plugin]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if Plugin in cls.__bases__:
            cls._kinds = {}
        elif cls.__dict__.get("kind"):
            known = cls._kinds.setdefault(cls.kind, cls)
            if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(f"two {cls.family}s are of kind {cls.kind!r}: {known.__module__} and {cls.__module__}")

    @classmethod
    def kinds(cls) -> Mapping[str, type[Self]]:
        """The kinds of this family by name, outside packages included."""
        discover(cls.home, cls.group)
        return dict(sorted(cls._kinds.items()))  # type: ignore[arg-type]  # a family's table holds its own kinds

    @classmethod
    def read(cls, data: object) -> Self:
        """The plug-in that plain data names: `kind`, `kind:VALUE`, or a mapping with `kind` and fields."""
        if isinstance(data, cls):
            return data
        fields = spelled_out(data) if isinstance(data, str) else data
        if not isinstance(fields, Mapping) or "kind" not in fields:
            law = f"a {cls.family} is a kind's name or a mapping with `kind`, not {data!r}"
            raise refusal("kind_missing", law, "kinds: " + ", ".join(cls.kinds()))
        kinds = cls.kinds()
        kind = fields["kind"]
        if not isinstance(kind, str) or kind not in kinds:
            raise refusal("kind_unknown", f"there is no {cls.family} {kind!r}", did_you_mean(str(kind), kinds))
        chosen = kinds[kind]
        return chosen.model_validate(chosen.lengthened({key: value for key, value in fields.items() if key != "kind"}))

    @classmethod
    def lengthened(cls, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields with a short form's value under its own name."""
        given = dict(fields)
        if SHORT in given:
            value = given.pop(SHORT)
            if not cls.short:
                raise refusal("kind_short", f"the {cls.family} {cls.kind!r} takes no ':{value}'")
            given[cls.short] = value
        return given

    def to_data(self) -> dict[str, Any]:
        """The plug-in as a file would write it: kind and every field."""
        return {"kind": self.kind, **self.model_dump(mode="json")}


SHORT = ":"


def spelled_out(text: str) -> dict[str, str]:
    """`kind` or `kind:VALUE` as a mapping."""
    kind, colon, value = text.partition(":")
    return {"kind": kind, SHORT: value} if colon else {"kind": kind}


def plugin_field(family: type[Plugin]) -> Any:
    """The metadata of a record's field that holds a plug-in: `Annotated[Sampler, plugin_field(Sampler)]`."""
    return _PluginField(family)


@dataclass(frozen=True)
class _PluginField:
    family: type[Plugin]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.family.read, serialization=core_schema.plain_serializer_function_ser_schema(Plugin.to_data)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """What the writer of the language's schema looks the family up by."""
        return {FAMILY_MARK: self.family.family}


@cache
def discover(home: str, group: str) -> None:
    """Import a family's module, every module of its package, and every plug-in of its group, so that all kinds are
    registered."""
    place = importlib.import_module(home)
    for module in pkgutil.walk_packages(getattr(place, "__path__", ()), home + "."):
        importlib.import_module(module.name)
    for point in entry_points(group=group):
        point.load()
