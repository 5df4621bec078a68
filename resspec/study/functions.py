"""A function of the user's as a search file names it: `module:name`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from resspec.record import refusal


def _module_and_name(value: str) -> str:
    module, colon, name = value.partition(":")
    steps = [*module.split("."), *name.split(".")]
    if not colon or not all(step.isidentifier() for step in steps):
        raise refusal(
            "function_path", f"{value!r:.80} is no module:function", "such as my_code:name, of my_code.py beside you"
        )
    return value


FunctionPath = Annotated[
    str, AfterValidator(_module_and_name), WithJsonSchema({"type": "string", "pattern": "^[^:]+:[^:]+$"})
]
"""A module, a colon, and what it calls the function or class."""
