"""What parts are: small validated records with one verb that lays operations into a graph.

A family is an abstract class directly below `Part`; a kind is a class below a family with a `kind` of its own. Kinds
register by being defined; packages outside resspec are found by the entry-point group `resspec.parts`. Kinds do not
import one another: a block is handed its shortcut, norm and gate in its `Site`."""

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

from resspec.errors import did_you_mean, quoted
from resspec.record import FAMILY_MARK, Record, refusal

ENTRY_POINTS = "resspec.parts"


class Part(Record, ABC):
    """A piece of a network that a spec may name by its kind."""

    family: ClassVar[str]
    """The key a spec uses for the family: `block`, `norm`, …"""
    kind: ClassVar[str] = ""
    """The name of the kind in specs; empty for a family."""
    _kinds: ClassVar[dict[str, type[Part]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if Part in cls.__bases__:
            cls._kinds = {}
        elif cls.__dict__.get("kind"):
            known = cls._kinds.setdefault(cls.kind, cls)
            if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(
                    f"two parts are {cls.family} kind {cls.kind!r}: {known.__module__} and {cls.__module__}"
                )

    @classmethod
    def kinds(cls) -> Mapping[str, type[Self]]:
        """The registered kinds of this family by name, outside packages included."""
        discover()
        return dict(sorted(cls._kinds.items()))  # type: ignore[arg-type]  # a family's table holds its own kinds

    @classmethod
    def read(cls, data: object) -> Self:
        """The part that plain data names: a kind's name or a mapping with `kind` and fields."""
        if isinstance(data, cls):
            return data
        fields = {"kind": data} if isinstance(data, str) else data
        if not isinstance(fields, Mapping):
            law = f"a {cls.family} is a kind's name or a mapping with `kind`, not {quoted(data)}"
            raise refusal("part_type", law, "write {kind: …}")
        kinds = cls.kinds()
        if "kind" not in fields:
            raise refusal("kind_missing", f"a {cls.family} needs a `kind`", "kinds: " + ", ".join(kinds))
        kind = fields["kind"]
        if not isinstance(kind, str) or kind not in kinds:
            law = f"there is no {cls.family} kind {quoted(kind)}"
            raise refusal("kind_unknown", law, did_you_mean(str(kind), kinds))
        return kinds[kind].model_validate({key: value for key, value in fields.items() if key != "kind"})

    @classmethod
    def about(cls) -> str:
        """The kind's description, on one line."""
        return " ".join((cls.__doc__ or "").split())

    def to_data(self) -> dict[str, Any]:
        """The part as a spec would write it: kind and every field."""
        return {"kind": self.kind, **self.model_dump(mode="json")}


def _data(value: Part | None) -> Any:
    return value.to_data() if value is not None else None


def part_field(family: type[Part]) -> Any:
    """The metadata of a record's field that holds a part: `Annotated[Pool, part_field(Pool)]`."""
    return _PartField(family)


@dataclass(frozen=True)
class _PartField:
    family: type[Part]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.family.read, serialization=core_schema.plain_serializer_function_ser_schema(_data)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """What the writer of the language's schema looks the family up by."""
        return {FAMILY_MARK: self.family.family}


@cache
def discover() -> None:
    """Import every module of this package and every plug-in, so that all kinds are registered."""
    package = importlib.import_module("resspec.parts")
    for module in pkgutil.walk_packages(package.__path__, "resspec.parts."):
        importlib.import_module(module.name)
    for point in entry_points(group=ENTRY_POINTS):
        point.load()
