"""The base of every validated record: frozen, strict, nothing unknown allowed."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from resspec.errors import quoted

FAMILY_MARK = "x-family"
"""In the JSON Schema of a record's field: the family that the field names a kind of."""


class Record(BaseModel):
    """A frozen record whose unknown keys are refused with the nearest known ones."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """All faults at once: unknown keys beside whatever else is wrong."""
        if not isinstance(data, Mapping):
            return handler(data)
        known = known_keys(cls)
        unknown = [key for key in data if key not in known]
        if not unknown:
            return handler(data)
        details = [unknown_key(cls, key) for key in unknown]
        try:
            handler({key: value for key, value in data.items() if key in known})
        except ValidationError as error:
            details += [repeated(item) for item in error.errors(include_url=False)]
        raise ValidationError.from_exception_data(cls.__name__, details)


@cache
def describe(record: type[BaseModel]) -> None:
    """Give the fields of a record, and of the records in them, the docstrings below them as descriptions. Reading
    sources takes time, so only who needs the descriptions (schemas, explanations) asks for them."""
    for owner in reversed(record.__mro__):
        for name, text in _field_docstrings(owner) if issubclass(owner, Record) else ():
            field = record.model_fields.get(name)
            if field is not None and not field.description:
                field.description = text
    for field in record.model_fields.values():
        for inner in _records(field.annotation):
            describe(inner)
    record.model_rebuild(force=True)


def _records(annotation: Any) -> Iterator[type[BaseModel]]:
    """The records that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _records(argument)


def _field_docstrings(record: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The fields that a class declares and the strings that stand below them."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(record)))
    except (OSError, TypeError, SyntaxError):
        return  # a class without a source says nothing
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            value = below.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield field.target.id, inspect.cleandoc(value.value)


def known_keys(record: type[BaseModel]) -> list[str]:
    """The keys a record takes, as a person writes them."""
    return [field.alias or name for name, field in record.model_fields.items()]


def unknown_key(record: type[BaseModel], key: object) -> InitErrorDetails:
    """The fault of a key that a record does not have."""
    context = {"known": known_keys(record)}  # whoever tells it looks for the nearest: that takes time
    return InitErrorDetails(
        type=PydanticCustomError("unknown_key", literal(f"unknown key {quoted(key)}"), context),
        loc=(str(key),),
        input=key,
    )


def repeated(item: Any) -> InitErrorDetails:
    """A fault that pydantic reported, to be raised again."""
    context = {key: value for key, value in item.get("ctx", {}).items() if key != "error"}
    return InitErrorDetails(
        type=PydanticCustomError(item["type"], literal(item["msg"]), context), loc=item["loc"], input=item["input"]
    )


def literal(text: str) -> str:
    """Text in which pydantic finds no placeholder."""
    return text.replace("{", "{{").replace("}", "}}")


def refusal(law: str, message: str, remedy: str = "") -> PydanticCustomError:
    """An error that a record's validator raises: the law's name, the message, the remedy."""
    return PydanticCustomError(law, literal(message), {"remedy": remedy})


Listed = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
"""Lets a strict tuple field be written as a list."""
