"""Bringing a user's file to the current version of the language: only the words that changed are touched, so that
comments, order and spacing stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from resspec.errors import SpecError
from resspec.spec.reading import read_text
from resspec.spec.tree import Entry
from resspec.spec.versions import KEY, VERSION, current, renames, written_version

Edit = tuple[int, int, str, str]
"""(line, column, old word, new word), both counted from 1."""

_LINE = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")


def migrated(text: str, name: str, is_json: bool = False) -> str:
    """The text of a file in the current version, the text itself where it is there already; SpecError for a newer one,
    or where the words to change cannot be told apart."""
    root = read_text(text, name, is_json).root
    want = current(root, remark=False).plain()
    lines = _LINE.split(text)
    for line, column, old, new in sorted(set(edits(root)), reverse=True):
        lines[line - 1] = replaced(lines[line - 1], column - 1, old, new)
    found = "".join(lines)
    if read_text(found, name, is_json).data != want:
        words = dict.fromkeys(f"{rename.old} -> {rename.new}" for rename in renames(root))
        remedy = f"rename by hand: {', '.join(words)}; then write {KEY}: {VERSION}"
        raise SpecError.of("RS214", f"{name} cannot be rewritten word by word", remedy=remedy)
    return found


def edits(root: Entry) -> Iterator[Edit]:
    """Every word to change."""
    version = written_version(root)
    if version is None or version.value == VERSION:
        return
    if version.mark:
        yield version.mark.line, version.mark.column, str(version.value), str(VERSION)
    for rename in renames(root):
        if rename.mark:
            yield rename.mark.line, rename.mark.column, rename.old, rename.new


def replaced(line: str, at: int, old: str, new: str) -> str:
    """The line with the word at a place, or behind the quote that stands there, changed."""
    start = at + (line[at : at + 1] in "'\"")
    if line[start : start + len(old)] != old:
        return line
    return line[:start] + new + line[start + len(old) :]
