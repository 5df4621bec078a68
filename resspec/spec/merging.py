"""How one spec is laid over another.

Mappings merge key by key, parts of one kind merge, all else replaces. A key with a sign changes what is below it:

    block: {~groups: }                # `~key` takes a key away
    stages:                           # over a list, keys are positions from 1, or items' names
      3: {depth: 23}                  # changes the third
      +2: {depth: 1, width: 64}       # puts one before the second
      +: {depth: 1, width: 64}        # puts one at the end; a list puts several
      ~4:                             # takes the fourth away; so does `4: null`

Positions count what is there before any change of the same mapping. Changing or taking away what is not there is an
error. Overrides follow the same rules: `a.b=1`, `+stages.2={…}`, `~a.b`.
"""

from __future__ import annotations

from resspec.errors import Fault, SpecError, did_you_mean
from resspec.parts import FAMILIES
from resspec.spec.tree import Entry, Path, path_text
from resspec.spec.units import parse_size

ADD = "+"
REMOVE = "~"
STAGES: Path = ("stages",)
INPUT: Path = ("input",)
DENSE = frozenset(("neck", "decoder", "heads"))


def merge(base: Entry, over: Entry, path: Path = ()) -> Entry:
    """`over` laid over `base`; places stay with the values."""
    if path and path[-1] in FAMILIES:
        base, over = spelled_out(base), spelled_out(over)
        if not same_kind(base, over):
            return over
    if path == STAGES and is_rule(over) and not same_kind(base, over):
        return over
    if path == INPUT:
        return resized(base, over)
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        return merged_fields(base, over, path)
    if isinstance(base.value, list) and isinstance(over.value, dict):
        return changed_items(base, over, path)
    return over


def merged_fields(base: Entry, over: Entry, path: Path) -> Entry:
    """A mapping laid over a mapping."""
    fields = dict(base.value)
    beside_rule = path == STAGES and is_rule(base)
    for key, entry in over.value.items():
        if beside_rule and is_change(key) and not key.isdigit():
            fields[key] = gathered(fields.get(key), entry)
        elif key.startswith(REMOVE):
            del fields[removed(key, entry, fields, path)]
        else:
            fields[key] = merge(fields[key], entry, (*path, key)) if key in fields else entry
    if not path and "head" not in over.value and not DENSE.isdisjoint(over.value):
        fields.pop("head", None)  # what predicts for places takes its place
    return Entry(fields, over.mark, over.key)


def changed_items(base: Entry, over: Entry, path: Path) -> Entry:
    """A list with the items changed, put in and taken away that a mapping says."""
    items: list[Entry] = base.value
    kept: list[Entry | None] = list(items)
    put: dict[int, list[Entry]] = {}
    for key, entry in over.value.items():
        if key.startswith(ADD):
            put.setdefault(gap(items, key, entry, path), []).extend(several(entry))
            continue
        place = position(items, key.removeprefix(REMOVE), entry, path)
        if key.startswith(REMOVE):
            refuse_value(key, entry, path)
        gone = key.startswith(REMOVE) or entry.value is None
        kept[place] = None if gone else merge(items[place], entry, (*path, place))
    found: list[Entry] = []
    for place, item in enumerate([*kept, None]):
        found += put.get(place, [])
        if item is not None:
            found.append(item)
    return Entry(found, over.mark, over.key)


def removed(key: str, entry: Entry, fields: dict[str, Entry], path: Path) -> str:
    """The key that `~key` takes away."""
    refuse_value(key, entry, path)
    name = key.removeprefix(REMOVE)
    if name not in fields:
        where = path_text((*path, name))
        raise SpecError(Fault("RS204", f"there is no {where} to take away", entry.key, did_you_mean(name, fields)))
    return name


def refuse_value(key: str, entry: Entry, path: Path) -> None:
    """SpecError where something that is taken away is given a value."""
    if entry.value is not None:
        message = f"{path_text((*path, key))} takes something away and has no value, not {entry.plain()!r:.60}"
        raise SpecError(Fault("RS204", message, entry.mark, f"leave the value out, or write {key[1:]} to change it"))


def gap(items: list[Entry], key: str, entry: Entry, path: Path) -> int:
    """Before which item `+2`, `+name` or `+` puts a new one."""
    name = key.removeprefix(ADD)
    if name in ("", str(len(items) + 1)):
        return len(items)
    return position(items, name, entry, path)


def several(entry: Entry) -> list[Entry]:
    """The items that are put in: those of a list, or the one."""
    return list(entry.value) if isinstance(entry.value, list) else [entry]


def gathered(base: Entry | None, over: Entry) -> Entry:
    """Two changes under one key beside a rule: the items of both."""
    if base is None or over.value is None:
        return over
    return Entry(several(base) + several(over), over.mark, over.key)


def resized(base: Entry, over: Entry) -> Entry:
    """An input over an input: `160x160` keeps the channels that were there, a mapping changes single sides."""
    if isinstance(base.value, list) and isinstance(over.value, dict):
        return changed_items(base, over, INPUT)
    size, before = parse_size(over.value), parse_size(base.plain())
    if size is None or len(size) == 3 or before is None or len(before) != 3:
        return over
    return Entry([Entry(side, over.mark, over.key) for side in (before[0], *size)], over.mark, over.key)


def spelled_out(entry: Entry) -> Entry:
    """The shorthand `projection` as `{kind: projection}`, and nothing as `{kind: none}`."""
    if isinstance(entry.value, str):
        return Entry({"kind": entry}, entry.mark, entry.key)
    if entry.value is None:
        return Entry({"kind": Entry("none", entry.mark, entry.key)}, entry.mark, entry.key)
    return entry


def is_rule(entry: Entry) -> bool:
    """Whether an entry names a rule for a list, rather than changes of its items."""
    return isinstance(entry.value, dict) and "kind" in entry.value


def is_change(key: str) -> bool:
    """Whether a key beside a rule changes the stages that the rule gives: `3`, `+3`, `+`, `~3`."""
    return key.startswith(ADD) or key.removeprefix(REMOVE).isdigit()


def same_kind(base: Entry, over: Entry) -> bool:
    """Whether two parts may merge: the upper one names no kind, or the same."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return False
    kind = over.value.get("kind")
    return kind is None or ("kind" in base.value and base.value["kind"].value == kind.value)


def position(items: list[Entry], key: str, entry: Entry, path: Path) -> int:
    """The index of the list item that a key means: a position from 1, or an item's name."""
    if key.isdecimal() and len(key) < 9 and 1 <= int(key) <= len(items):
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
