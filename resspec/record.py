"""The base of every validated record: frozen, strict, nothing unknown allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from resspec.errors import did_you_mean


class Record(BaseModel):
    """A frozen record whose unknown keys are refused with the nearest known ones."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, defer_build=True, use_attribute_docstrings=True
    )

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


def known_keys(record: type[BaseModel]) -> list[str]:
    """The keys a record takes, as a person writes them."""
    return [field.alias or name for name, field in record.model_fields.items()]


def unknown_key(record: type[BaseModel], key: object) -> InitErrorDetails:
    """The fault of a key that a record does not have."""
    context = {"remedy": did_you_mean(str(key), known_keys(record))}
    return InitErrorDetails(
        type=PydanticCustomError("unknown_key", "unknown key " + literal(repr(key)), context), loc=(str(key),), input=key
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
    return PydanticCustomError(law, literal(message), {"remedy": remedy})  # type: ignore[arg-type]  # pydantic wants a literal string


Listed = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
"""Lets a strict tuple field be written as a list."""
