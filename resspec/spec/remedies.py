"""What to write instead: a value repaired, a key where it belongs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from resspec.errors import did_you_mean
from resspec.parts import FAMILIES, Part
from resspec.record import known_keys
from resspec.spec.net import NetSpec, StageSpec
from resspec.spec.tree import Path
from resspec.spelling import NUMBERS, SYNONYMS, folded

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_FRACTION = re.compile(r"[0-9]+ ?/ ?[0-9]*[1-9][0-9]*\Z")
TRUTH = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
MAPPING = "write `key: value` lines below it, or {{key: value, …}}"
NUMERIC = ("int_type", "int_from_float", "float_type")


def repaired(kind: str, item: Any, context: Any) -> str:
    """What a value of the wrong type or size was probably meant to be; empty where nobody can tell."""
    value = item["input"]
    if kind in NUMERIC:
        return _number(value, whole=kind != "float_type")
    return WRITTEN[kind](item) if kind in WRITTEN else _bounded(kind, context)


def _number(value: Any, *, whole: bool) -> str:
    """The number that a value was meant to be."""
    if isinstance(value, float):
        near = dict.fromkeys((math.floor(value), math.ceil(value)))
        return "write " + (" or ".join(map(str, near)) if abs(value) < 10**9 else "a whole number")
    if isinstance(value, list) and len(value) == 1 and type(value[0]) in (int, float):
        return f"write {value[0]} without brackets"
    meant = _number_in(value, whole=whole) if isinstance(value, str) else ""
    return meant or f"write a {'whole ' if whole else ''}number"


def _number_in(text: str, *, whole: bool) -> str:
    """The number that a text says; empty where it says none."""
    plain = folded(text).lower().replace("_", "").replace(",", "")
    if plain in NUMBERS:
        return f"write {NUMBERS.index(plain)}"
    if len(plain) < 20 and _NUMBER.match(plain):
        return f"write {int(float(plain)) if whole else plain} without quotes and signs"
    if len(plain) < 30 and not whole and _FRACTION.match(plain):
        above, below = plain.split("/")
        return f"write {int(above) / int(below):.6g}: expressions are not read"
    return ""


def _truth(item: Any) -> str:
    value = item["input"]
    meant = TRUTH.get(str(value).lower()) or (str(bool(value)).lower() if value in (0, 1, "true", "false") else "")
    return f"write {meant or 'true or false'}"


def _choice(item: Any) -> str:
    value = item["input"]
    words = re.findall(r"'([^']*)'", item["ctx"]["expected"])
    return did_you_mean(value, words) if words and isinstance(value, str) else f"write {item['ctx']['expected']}"


def _list(item: Any) -> str:
    value = item["input"]
    return f"write [{value}]" if isinstance(value, (int, float)) else "write [a, b, …]"


def _text(item: Any) -> str:
    value = item["input"]
    return f'write "{value}" in quotes' if isinstance(value, (int, float)) else "write a word"


def _multiple(item: Any) -> str:
    value, step = item["input"], item["ctx"]["multiple_of"]
    return f"the nearest are {value // step * step} and {value // step * step + step}"


WRITTEN: dict[str, Callable[[Any], str]] = {
    "bool_type": _truth,
    "literal_error": _choice,
    "list_type": _list,
    "tuple_type": _list,
    "string_type": _text,
    "multiple_of": _multiple,
}
"""What to write, by what pydantic calls the fault."""


def _bounded(kind: str, context: Any) -> str:
    """The nearest value that is inside a bound."""
    told = {
        "greater_than_equal": "the smallest is {ge:g}",
        "less_than_equal": "the largest is {le:g}",
        "greater_than": "write a number above {gt:g}",
        "less_than": "write a number below {lt:g}",
        "dict_type": MAPPING,
        "model_type": MAPPING,
        "model_attributes_type": MAPPING,
        "too_short": "write one at least",
        "too_long": "keep {max_length} of them",
    }
    return told[kind].format_map(context) if kind in told else ""


def elsewhere(name: str, path: Path) -> str:
    """Where a key belongs that is unknown at a path; empty where it is unknown everywhere."""
    if top_key(name, path):
        return f"`{name}` stands at the top of a spec"
    name = SYNONYMS.get(name, name)
    if name in known_keys(StageSpec) and name not in known_keys(NetSpec):
        return f"`{name}` belongs to a stage: stages: [{{{name}: …}}]"
    owners = {family: takers(FAMILIES[family], name) for family in sorted(FAMILIES)}
    here = next((str(step) for step in reversed(path[:-1]) if step in FAMILIES), "")
    if owners.get(here):
        return f"`{name}` is a field of the {here} kinds {', '.join(owners[here][:8])}"
    found = [family for family, kinds in owners.items() if kinds and family != here]
    return " or ".join(f"write {family}: {{{name}: …}}" for family in found[:2])


def top_key(name: str, path: Path) -> bool:
    """Whether a key that is unknown at a path is one of the net alone."""
    return len(path) != 1 and name in known_keys(NetSpec) and name not in known_keys(StageSpec)


def takers(family: type[Part], name: str) -> list[str]:
    """The kinds of a family that have a field of this name."""
    return [kind for kind, part in family.kinds().items() if name in known_keys(part)]
