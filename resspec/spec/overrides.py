"""Overrides from the command line or from code: `stages.3.depth=9`, `classes=10`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from resspec.errors import Mark, SpecError
from resspec.spec.merging import merge
from resspec.spec.reading import read_text
from resspec.spec.tree import Entry, entry_of

SHORT = {"classes": "head.classes", "num_classes": "head.classes"}
"""Names that stand for a longer path."""

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*\Z")


def parse_override(text: str) -> tuple[str, object]:
    """`path=value` as a dotted path and the value that YAML reads in it; SpecError RS205 where it is neither."""
    path, equals, value = text.partition("=")
    if not equals or not _PATH.match(path.strip()):
        raise SpecError.of(
            "RS205", f"{text!r} is not an override", remedy="write dotted.path=value, for example stages.3.depth=9"
        )
    return path.strip(), read_text(value or "null", f"override {text}").data


def override(root: Entry, path: str, value: object, source: str = "") -> Entry:
    """The tree with the value at a dotted path set, by the rules of `merge`."""
    steps = SHORT.get(path, path).split(".")
    text = source or f"{path}={value}"
    mark = Mark("override", 1, 1, text)
    entry = entry_of(value, mark)
    for step in reversed(steps):
        entry = Entry({step: entry}, mark, mark)
    return merge(root, entry)


def apply_overrides(root: Entry, texts: tuple[str, ...], fields: Mapping[str, object]) -> Entry:
    """The tree with `path=value` texts, then named values, laid over it."""
    for text in texts:
        root = override(root, *parse_override(text), source=text)
    for path, value in fields.items():
        root = override(root, path.replace("__", "."), value)
    return root
