"""Pydantic's complaints as faults: our words, our codes, the place in the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from resspec.errors import Fault
from resspec.spec.tree import Entry, Path, path_text

CODES = {
    "missing": "RS202",
    "unknown_key": "RS201",
    "kind_unknown": "RS203",
    "kind_missing": "RS203",
    "part_type": "RS206",
}
TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

Trace = Callable[[Path], Path]


def faults_of(error: ValidationError | PydanticCustomError, root: Entry, trace: Trace) -> list[Fault]:
    """The faults of a failed validation. `trace` turns a location in the validated data into a path of the spec."""
    if isinstance(error, PydanticCustomError):
        item = {"type": error.type, "loc": (), "msg": error.message(), "ctx": dict(error.context or {}), "input": None}
        return [_fault(item, root, trace)]
    return [_fault(item, root, trace) for item in error.errors(include_url=False)]


def _fault(item: Any, root: Entry, trace: Trace) -> Fault:
    path = trace(tuple(item["loc"]))
    kind, context = item["type"], item.get("ctx", {})
    code = CODES.get(kind, "RS207")
    found = root.find(path)
    entry = found or root.nearest(path)
    mark = entry.key if kind == "unknown_key" and found else entry.mark
    where = path_text(path) or "the spec"
    remedy = str(context.get("remedy", ""))
    if kind == "unknown_key":
        return Fault(code, f"unknown key {where!r}", mark, remedy)
    if kind == "missing":
        return Fault(code, f"{where} is missing", mark, remedy)
    return Fault(code, f"{where}: {_message(kind, item, context)}", mark, remedy)


def _message(kind: str, item: Any, context: Any) -> str:
    """What is wrong with a value, the value included."""
    got = f", got {item['input']!r}" if isinstance(item["input"], (str, int, float, bool, list, type(None))) else ""
    bounds = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most"), "greater_than": ("gt", "more than")}
    bounds["less_than"] = ("lt", "less than")
    if kind in bounds:
        key, words = bounds[kind]
        return f"must be {words} {context[key]}{got}"
    if kind in TYPES:
        return f"must be {TYPES[kind]}{got}"
    if kind == "literal_error":
        return f"must be {context['expected']}{got}"
    if kind in ("too_short", "too_long"):
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return f"must have {bound} items, has {context['actual_length']}"
    return str(item["msg"])
