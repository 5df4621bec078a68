"""Overrides from the command line or from code, by the rules of `merging`.

stages.3.depth=9     sets a value           +stages={depth: 1, width: 64}     puts a stage at the end
classes=10           short: head.classes    +stages.2={depth: 1, width: 64}   puts one before the second
~gate                takes a key away       +gate=se                          adds a key that is not there yet
~stages.4            takes a stage away
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from resspec.errors import Fault, Mark, SpecError
from resspec.parts import FAMILIES
from resspec.spec.merging import ADD, DENSE, REMOVE, STAGES, is_rule, merge, position
from resspec.spec.reading import read_text
from resspec.spec.tree import Entry, Path, entry_of, path_text

SHORT = ("classes", "num_classes")
"""Names that stand for the number of classes, wherever a net says it."""

OVERRIDE = "override"
"""Stands for the file in the marks of what an override says."""

_PATH = re.compile(r"[+~]?[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*\Z")
_NOTHING = re.compile(r"\s*(null|~)?\s*\Z")
REMEDY = "write path=value to set, +path=value to add, ~path to take away: stages.3.depth=9, ~stages.4"


def parse_override(text: str) -> tuple[str, object]:
    """`path=value` as a dotted path, its sign before it, and the value that YAML reads in it; SpecError RS205 where it
    is neither."""
    path, equals, value = text.partition("=")
    path = path.strip()
    if not _PATH.match(path) or bool(equals) == path.startswith(REMOVE):
        raise SpecError.of("RS205", f"{text!r} is not an override", remedy=REMEDY)
    if _NOTHING.match(value):
        return path, None
    return path, read_text(value, OVERRIDE).data


def override(root: Entry, path: str, value: object, source: str = "") -> Entry:
    """The tree with the value at a dotted path set, added (`+`) or taken away (`~`)."""
    sign = path[:1] if path[:1] in (ADD, REMOVE) else ""
    name = path.removeprefix(sign)
    steps = (classes_of(root) if name in SHORT else name).split(".")
    key, mark = places(path, source or f"{path}={value}")
    parent = found(root, steps[:-1], key)
    if sign == ADD:
        steps = added(parent, steps, key)
    elif sign == REMOVE:
        steps[-1] = REMOVE + steps[-1]
    entry = replace(entry_of(value, mark), key=key)
    for step in reversed(steps):
        entry = Entry({step: entry}, mark, key)
    return merge(root, entry)


def classes_of(root: Entry) -> str:
    """The path of the number of classes: in the heads of a net that predicts for places, else in its head."""
    dense = isinstance(root.value, dict) and not DENSE.isdisjoint(root.value)
    return "heads.classes" if dense else "head.classes"


def places(path: str, text: str) -> tuple[Mark, Mark]:
    """Where the last step of an override's path stands in its text, and where its value does."""
    before, equals, value = text.partition("=")
    behind = len(before.rstrip())
    last = path.rpartition(".")[2].lstrip(ADD + REMOVE)
    key = Mark(OVERRIDE, 1, max(0, behind - len(last)) + 1, text, behind + 1)
    start = len(before) + len(equals) + len(value) - len(value.lstrip())
    return key, Mark(OVERRIDE, 1, start + 1, text, len(text) + 1) if value.strip() else key


def found(root: Entry, steps: Sequence[str], mark: Mark) -> Entry | None:
    """The entry that a path leads to, None where nothing was written there; SpecError where the path goes on below a
    plain value."""
    entry, path = root, Path()
    for step in steps:
        if isinstance(entry.value, list):
            place = position(entry.value, step, Entry(None, mark, mark), path)
            entry, path = entry.value[place], (*path, place)
        elif isinstance(entry.value, dict):
            if step not in entry.value:
                return None
            entry, path = entry.value[step], (*path, step)
        else:
            break
    if isinstance(entry.value, (dict, list)) or not path or path[-1] in FAMILIES or entry.value is None:
        return entry
    message = f"there is nothing below {path_text(path)}: it holds {entry.plain()!r:.60}"
    raise SpecError(Fault("RS204", message, mark, f"write {path_text(path)}=… to set it"))


def added(parent: Entry | None, steps: list[str], mark: Mark) -> list[str]:
    """The steps that put something new: before an item of a list, at its end, or under a key that is not there yet."""
    rule = steps[:-1] == list(STAGES) and parent is not None and is_rule(parent)
    if parent is None or (rule and steps[-1].isdigit()) or isinstance(parent.value, list):
        return steps if parent is None else [*steps[:-1], ADD + steps[-1]]
    there = parent.value.get(steps[-1]) if isinstance(parent.value, dict) else None
    if there is None:
        return steps
    if isinstance(there.value, list) or (is_rule(there) and steps == list(STAGES)):
        return [*steps, ADD]
    name = ".".join(steps)
    raise SpecError(Fault("RS205", f"{name} is there already", mark, f"write {name}=… to change it"))


def apply_overrides(root: Entry, texts: tuple[str, ...], fields: Mapping[str, object]) -> Entry:
    """The tree with override texts, then named values, laid over it."""
    for text in texts:
        root = override(root, *parse_override(text), source=text)
    for path, value in fields.items():
        root = override(root, path.replace("__", "."), value)
    return root
