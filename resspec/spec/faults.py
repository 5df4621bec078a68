"""Pydantic's complaints as faults: our words, our codes, the place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from resspec.errors import Fault, did_you_mean, quoted
from resspec.parts import FAMILIES
from resspec.spec.remedies import elsewhere, repaired, top_key
from resspec.spec.tree import Entry, Path, path_text
from resspec.spelling import nearest, strangers

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
BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "greater_than": ("gt", "more than"),
    "less_than": ("lt", "less than"),
}
EXTENDS = "extends"
ALTERNATIVES = ("str", "int", "float", "bool", "list", "dict")
"""What a location ends in where a value is none of several types."""
REMEDIED = 200
"""Faults that are given a remedy where it takes time to find one."""

Trace = Callable[[Path], Path]


def faults_of(error: ValidationError | PydanticCustomError, root: Entry, trace: Trace) -> list[Fault]:
    """The faults of a failed validation. `trace` turns a location in the validated data into a path of the spec."""
    if isinstance(error, PydanticCustomError):
        item: Any = {
            "type": error.type,
            "loc": (),
            "msg": error.message(),
            "ctx": dict(error.context or {}),
            "input": None,
        }
        return [_fault(item, root, trace(()))]
    items: list[tuple[Any, Path]] = [(item, trace(tuple(item["loc"]))) for item in error.errors(include_url=False)]
    misspelt = _misspelt(items)
    told = [(item, path) for item, path in items if item["type"] != "missing" or path not in misspelt]
    for item, path in told[:REMEDIED]:
        if (known := item.get("ctx", {}).get("known")) is not None:
            item["ctx"]["remedy"] = _meant(str(path[-1]), path, known)
    return _joined([_fault(item, root, path) for item, path in told])


def _meant(name: str, path: Path, known: list[str]) -> str:
    """The key that an unknown one was meant to be, or where it belongs."""
    if len(path) == 1 and nearest(name, [EXTENDS]):
        return did_you_mean(name, [EXTENDS])
    if name[:1].isspace():
        return f"indent with plain spaces ({strangers(name)})"
    remedy = did_you_mean(name, [*known, "kind"] if len(path) > 1 and path[-2] in FAMILIES else known)
    return (elsewhere(name, path) if remedy.startswith("known: ") or top_key(name, path) else "") or remedy


def _misspelt(items: Iterable[tuple[Any, Path]]) -> set[Path]:
    """The missing keys that unknown ones beside them were meant to be: one mistake is told once."""
    listed = list(items)
    missing = [path for item, path in listed if item["type"] == "missing"]
    found: set[Path] = set()
    for item, path in listed[:100]:
        if item["type"] != "unknown_key":
            continue
        beside = {str(other[-1]): other for other in missing if other[:-1] == path[:-1]}
        meant = nearest(str(path[-1]), [*beside, EXTENDS] if len(path) == 1 else list(beside))[:1]
        found.update(beside.values() if meant == [EXTENDS] else (beside[name] for name in meant))
    return found


def _joined(faults: list[Fault]) -> list[Fault]:
    """One fault where several say what type a value may have: the alternatives of a union."""
    found: dict[object, Fault] = {}
    for fault in faults:
        head, must, wanted = fault.message.partition(": must be ")
        key = (fault.mark, fault.code, head) if must and wanted.startswith(tuple(TYPES.values())) else fault
        if key in found and key is not fault:
            first, comma, got = found[key].message.partition(", got ")
            message = f"{first} or {wanted.partition(', got ')[0]}{comma}{got}"
            fault = Fault(fault.code, message, fault.mark, found[key].remedy)  # noqa: PLW2901  # both in one
        found[key] = fault
    return list(found.values())


def _fault(item: Any, root: Entry, path: Path) -> Fault:
    kind, context = item["type"], item.get("ctx", {})
    code = CODES.get(kind, "RS207")
    found = root.find(path)
    entry = found or root.nearest(path)
    if path and found is None and path[-1] in ALTERNATIVES:
        path = path[:-1]
    if kind == "kind_unknown" and isinstance(entry.value, dict) and "kind" in entry.value:
        entry = entry.value["kind"]
    where = path_text(path) or "the spec"
    remedy = str(context.get("remedy", ""))
    if kind == "unknown_key":
        return Fault(code, f"unknown key {quoted(where)}", entry.key if found else entry.mark, remedy)
    if kind == "missing":
        if path and isinstance(path[-1], int):
            message = f"{path_text(path[:-1])}: the list is too short, its value {path[-1] + 1} is missing"
            return Fault(code, message, entry.mark, "write one value for each")
        return Fault(code, f"{where} is missing", entry.mark, remedy or (f"write `{path[-1]}: …`" if path else ""))
    return Fault(code, f"{where}: {_message(kind, item, context)}", entry.mark, remedy or repaired(kind, item, context))


def _message(kind: str, item: Any, context: Any) -> str:
    """What is wrong with a value, the value included."""
    value = item["input"]
    got = f", got {quoted(value)}" if isinstance(value, (str, int, float, list, dict, tuple, type(None))) else ""
    if kind in BOUNDS:
        key, words = BOUNDS[kind]
        return f"must be {words} {context[key]:g}{got}"
    if kind == "multiple_of":
        return f"must be a multiple of {context['multiple_of']}{got}"
    if kind in TYPES:
        return f"must be {TYPES[kind]}{got}"
    if kind == "literal_error":
        return f"must be {context['expected']}{got}"
    if kind in ("too_short", "too_long"):
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return f"must have {bound} items, has {context['actual_length']}"
    return str(item["msg"])
