"""Lines of Python laid out as common formatters do: on one line, else the contents on one line of their own, else one a
line with a trailing comma."""

from __future__ import annotations

from collections.abc import Iterable

from resspec.ir.text import WIDTH

INDENT = "    "


def call(head: str, args: Iterable[str], tail: str = "", level: int = 0) -> list[str]:
    """`head(args)tail` at an indentation level. An argument may hold line breaks; they are indented with it."""
    items = list(args)
    pad = INDENT * level
    line = f"{pad}{head}({', '.join(items)}){tail}"
    if "\n" not in line and len(line) <= WIDTH:
        return [line]
    inner = INDENT * (level + 1)
    joined = inner + ", ".join(items)
    if "\n" not in joined and len(joined) <= WIDTH and not any(item.startswith("*") for item in items):
        return [f"{pad}{head}(", joined, *_closed(tail, level)]
    lines = [f"{pad}{head}("]
    for item in items:
        first, *rest = item.split("\n")
        lines += [inner + first, *(inner + more for more in rest)]
        lines[-1] += ","
    return [*lines, *_closed(tail, level)]


def _closed(tail: str, level: int) -> list[str]:
    """The end of a call; brackets in what follows it are opened where the line would be too long."""
    pad, opening = INDENT * level, tail.find("[") + 1
    if not opening or len(pad) + 1 + len(tail) <= WIDTH:
        return [f"{pad}){tail}"]
    closing = tail.rindex("]")
    inner = tail[opening:closing]
    if len(pad) + len(INDENT) + len(inner) <= WIDTH:
        return [f"{pad}){tail[:opening]}", f"{pad}{INDENT}{inner}", f"{pad}{tail[closing:]}"]
    items = [f"{pad}{INDENT}{item}," for item in inner.split(", ")]
    return [f"{pad}){tail[:opening]}", *items, f"{pad}{tail[closing:]}"]


def nested(head: str, args: Iterable[str], level: int) -> str:
    """A call that will stand inside another at this level, as text with line breaks."""
    lines = call(head, args, level=level)
    pad = INDENT * level
    return "\n".join(line.removeprefix(pad) for line in lines)


def literal(value: object) -> str:
    """A constant as Python text. Only plain constants may enter generated text."""
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    if isinstance(value, str):
        return (
            '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            if value.isascii() and value.isprintable()
            else ascii(value)
        )
    assert isinstance(value, tuple), f"{value!r} is no literal"
    return f"({', '.join(literal(item) for item in value)}{',' if len(value) == 1 else ''})"
