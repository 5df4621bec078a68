"""Versions of the language. A file says which one it is written in by `resspec: 1`; without the key it is the current
one. Older files are read as if their keys bore the current names; `resspec migrate` writes those names into them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from resspec.errors import Fault, Mark, SpecError
from resspec.spec.tree import Entry

VERSION = 1
"""The version that this resspec reads and writes."""
KEY = "resspec"

STEPS: dict[int, Mapping[str, str]] = {
    0: {"activation": "act", "normalization": "norm", "stochastic_depth": "drop_path"},
}
"""What the next version renamed, by version: keys of a net, of its stages and of their single blocks."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rename:
    """A key in its place, and its name in the current version."""

    old: str
    new: str
    mark: Mark | None


def current(root: Entry, remark: bool = True) -> Entry:
    """The tree of a file in the current version; SpecError for a newer one. `remark` logs that a file is old."""
    version = written_version(root)
    if version is None or version.value == VERSION:
        return root
    if version.value > VERSION:
        message = f"version {version.value} of the language is newer than {VERSION}, the newest this resspec reads"
        raise SpecError(Fault("RS213", message, version.mark, "upgrade resspec: pip install --upgrade resspec"))
    if remark and version.mark:
        file = version.mark.file
        log.warning(
            "%s is written in version %d of the language, read as version %d; `resspec migrate %s` rewrites it",
            *(file, version.value, VERSION, file),
        )
    for rename in renames(root):
        refuse_both(root, rename)
    for step in range(version.value, VERSION):
        root = renamed(root, STEPS[step])
    return Entry({**root.value, KEY: Entry(VERSION, version.mark, version.key)}, root.mark, root.key)


def written_version(root: Entry) -> Entry | None:
    """The entry of the version, where a file names one that is or was or may come to be."""
    found = root.value.get(KEY) if isinstance(root.value, dict) else None
    return found if found and type(found.value) is int and found.value >= 0 else None


def renames(root: Entry) -> Iterator[Rename]:
    """Every key of a file that bears an older name, in the order of levels."""
    version = written_version(root)
    for step in range(version.value if version else VERSION, VERSION):
        for level in levels(root):
            for old, entry in level.value.items():
                if old in STEPS[step]:
                    yield Rename(old, STEPS[step][old], entry.key)


def levels(root: Entry) -> Iterator[Entry]:
    """The mappings that hold keys of the language: the net, its stages, their single blocks."""
    if not isinstance(root.value, dict):
        return
    yield root
    for key in ("stages", "blocks"):
        inner = root.value.get(key)
        if inner is not None and isinstance(inner.value, (dict, list)):
            for entry in inner.value.values() if isinstance(inner.value, dict) else inner.value:
                yield from levels(entry)


def refuse_both(root: Entry, rename: Rename) -> None:
    """SpecError where a mapping has a key under its older and its newer name."""
    for level in levels(root):
        if rename.old in level.value and rename.new in level.value:
            message = f"key {rename.new!r} stands twice: {rename.old!r} is its older name"
            raise SpecError(Fault("RS111", message, rename.mark, f"the other is at {level.value[rename.new].key}"))


def renamed(root: Entry, names: Mapping[str, str]) -> Entry:
    """The tree with the keys of every level under their newer names."""
    if not isinstance(root.value, dict):
        return root
    fields = {}
    for key, entry in root.value.items():
        if key in ("stages", "blocks") and isinstance(entry.value, (dict, list)):
            inner = entry.value
            listed = (
                {name: renamed(item, names) for name, item in inner.items()}
                if isinstance(inner, dict)
                else [renamed(item, names) for item in inner]
            )
            fields[key] = Entry(listed, entry.mark, entry.key)
        else:
            fields[names.get(key, key)] = entry
    return Entry(fields, root.mark, root.key)
