"""How one spec is laid over another: mappings merge, stages merge by position or name, parts of one kind merge; all else
replaces."""

from __future__ import annotations

from resspec.errors import Fault, SpecError, did_you_mean
from resspec.parts import FAMILIES
from resspec.spec.tree import Entry, Path, path_text


def merge(base: Entry, over: Entry, path: Path = ()) -> Entry:
    """`over` laid over `base`; places stay with the values."""
    if path and path[-1] in FAMILIES:
        base, over = spelled_out(base), spelled_out(over)
        if not same_kind(base, over):
            return over
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        fields = dict(base.value)
        for key, entry in over.value.items():
            fields[key] = merge(fields[key], entry, (*path, key)) if key in fields else entry
        return Entry(fields, over.mark, over.key)
    if isinstance(base.value, list) and isinstance(over.value, dict):
        items = list(base.value)
        for key, entry in over.value.items():
            place = position(items, key, entry, path)
            items[place] = merge(items[place], entry, (*path, place))
        return Entry(items, over.mark, over.key)
    return over


def spelled_out(entry: Entry) -> Entry:
    """The shorthand `projection` as `{kind: projection}`, and nothing as `{kind: none}`."""
    if isinstance(entry.value, str):
        return Entry({"kind": entry}, entry.mark, entry.key)
    if entry.value is None:
        return Entry({"kind": Entry("none", entry.mark, entry.key)}, entry.mark, entry.key)
    return entry


def same_kind(base: Entry, over: Entry) -> bool:
    """Whether two parts may merge: the upper one names no kind, or the same."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return False
    kind = over.value.get("kind")
    return kind is None or ("kind" in base.value and base.value["kind"].value == kind.value)


def position(items: list[Entry], key: str, entry: Entry, path: Path) -> int:
    """The index of the list item that a key means: a position from 1, or an item's name."""
    if key.isdigit() and 1 <= int(key) <= len(items):
        return int(key) - 1
    names = {}
    for index, item in enumerate(items):
        if isinstance(item.value, dict) and "name" in item.value:
            names[str(item.value["name"].value)] = index
    if key in names:
        return names[key]
    where = path_text(path) or "the list"
    remedy = f"{where} has {len(items)}: 1 to {len(items)}" if items else f"{where} is empty"
    if names and not key.isdigit():
        remedy = did_you_mean(key, names)
    raise SpecError(Fault("RS204", f"there is no {where}.{key} to change", entry.key, remedy))
