"""Constructor expressions: what a class's `__init__` assigns to each submodule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from resspec.export.layout import INDENT, literal, nested
from resspec.export.outline import Item
from resspec.export.params import Param
from resspec.export.shapes import Shapes
from resspec.ir.text import WIDTH

Given = Callable[[str], Any]
"""Argument name -> the Param or the constant that it is given."""


@dataclass(frozen=True, slots=True)
class Made:
    """A call: its head and its arguments as text or as further calls."""

    head: str
    args: tuple[str | Made | Run, ...] = ()

    def text(self, level: int) -> str:
        """The call as it stands at an indentation level, with line breaks where it is long."""
        args = [arg if isinstance(arg, str) else arg.text(level + 1) for arg in self.args]
        return nested(self.head, args, level)


IDENTITY = Made("nn.Identity")


def made(item: Item, given: Given, shapes: Shapes) -> Made:
    """The expression that makes an item."""
    if item.frame is None:
        assert item.call is not None
        args = list(_arguments([(arg.name, arg.default) for arg in item.call.args], given))
        if item.inplace and item.call.inplace:
            args.append(f"{item.call.inplace}=True")
        return Made(item.call.target, tuple(args))
    if item.frame.is_chain:
        children = [(int(c.name), made(c, _below(given, c.name), shapes)) for c in item.frame.items]
        head = "Stage" if item.frame.title == "Stage" else "nn.Sequential"
        return Made(head, in_row(children))
    shape, _ = shapes.of_frame[item.frame.path]
    return Made(shape.name, tuple(_class_arguments(shape.params.listed, given)))


def _below(given: Given, name: str) -> Given:
    return lambda slot: given(f"{name}_{slot}")


def _arguments(slots: Sequence[tuple[str, Any]], given: Given) -> Iterator[str]:
    """Arguments of a torch class: by position without a default, by name with one, left out where they equal it."""
    for name, default in slots:
        value = given(name)
        if default is ...:
            yield _text(value)
        elif isinstance(value, Param) or value != default or type(value) is not type(default):
            yield f"{name}={_text(value)}"


def _class_arguments(params: Sequence[Param], given: Given) -> Iterator[str]:
    """Arguments of one of our classes."""
    by_position = True
    for param in params:
        value = given(param.name)
        if not isinstance(value, Param) and param.default is not ... and value == param.default:
            continue
        by_position = by_position and param.positional
        yield _text(value) if by_position else f"{param.name}={_text(value)}"


def _text(value: Any) -> str:
    return value.name if isinstance(value, Param) else literal(value)


def in_row(children: list[tuple[int, Made]]) -> tuple[Made | Run, ...]:
    """Modules by position, runs of equal ones shortened; a position that holds nothing is an identity."""
    by_place = dict(children)
    return tuple(_runs([by_place.get(place, IDENTITY) for place in range(max(by_place) + 1)]))


@dataclass(frozen=True, slots=True)
class Run:
    """Equal modules in a row: `*(call for loop)`."""

    call: Made
    variable: str
    values: tuple[str, ...] = ()
    count: int = 0

    def text(self, level: int) -> str:
        """On one line if that fits, else the call and the loop on a line each."""
        short = f"({', '.join(self.values)})" if self.values else f"range({self.count})"
        line = f"*({self.call.text(0)} for {self.variable} in {short})"
        if len(line) + len(INDENT) * level + 1 <= WIDTH and "\n" not in line:
            return line
        loop = short
        if len(INDENT) * (level + 1) + len(f"for {self.variable} in {short}") > WIDTH:
            loop = "\n".join(["(", *(f"{INDENT * 2}{value}," for value in self.values), f"{INDENT})"])
        inner = self.call.text(level + 1).replace("\n", f"\n{INDENT}")
        return f"*(\n{INDENT}{inner}\n{INDENT}for {self.variable} in {loop}\n)"


def _runs(items: list[Made]) -> Iterator[Made | Run]:
    """Equal modules in a row as one generator; so too a row in which one named argument changes."""
    start = 0
    while start < len(items):
        end = start + 1
        while end < len(items) and items[end] == items[start]:
            end += 1
        varied = _varied(items, start)
        if end - start > 1:
            yield Run(items[start], "_", count=end - start)
        elif varied is not None:
            end, run = varied
            yield run
        else:
            yield items[start]
        start = end


def _varied(items: list[Made], start: int) -> tuple[int, Run] | None:
    """The longest row from `start` in which the same named argument alone changes, if it is three or more."""
    first, place, end = items[start], None, start + 1
    while end < len(items) and items[end].head == first.head and len(items[end].args) == len(first.args):
        changed = [i for i, (a, b) in enumerate(zip(first.args, items[end].args, strict=True)) if a != b]
        if len(changed) != 1 or changed[0] != (place if place is not None else changed[0]):
            break
        place, end = changed[0], end + 1
    if place is None or end - start < 3:
        return None
    name, equals, _ = str(first.args[place]).partition("=")
    if not equals:
        return None
    values = tuple(str(items[i].args[place]).partition("=")[2] for i in range(start, end))
    args = list(first.args)
    args[place] = f"{name}={name[0]}"
    return end, Run(Made(first.head, tuple(args)), name[0], values)
