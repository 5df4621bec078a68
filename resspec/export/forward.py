"""The body of a forward method: one statement per convolution and what follows it, joins written as arithmetic."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from resspec.export.layout import INDENT
from resspec.export.outline import Item
from resspec.ir.text import LONGEST, WIDTH

SPARE = ("y", "z", "u", "v", "w", "s", "t", "a", "b", "c")

Constant = Callable[[str, str], str]
"""(item, argument) -> the literal or parameter that an expression writes."""


def body(
    items: Sequence[Item], arguments: Mapping[str, str], results: Sequence[str], constant: Constant, level: int = 2
) -> tuple[list[str], list[str]]:
    """Statements that compute the items from argument variables, and the expressions of the results."""
    writer = _Writer(list(items), dict(arguments), list(results), constant, level)
    for index in range(len(items)):
        writer.item(index)
    return writer.lines, [writer.waiting.get(name) or writer.variables[name] for name in results]


@dataclass
class _Writer:
    """Walks items in schedule order. A value that only the next item reads waits as text to stand inside it."""

    items: list[Item]
    variables: dict[str, str]
    results: list[str]
    constant: Constant
    level: int
    lines: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    leaves: dict[str, list[str]] = field(default_factory=dict)
    """The values held in variables that a waiting text reads."""
    readers: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, item in enumerate(self.items):
            for name in item.reads:
                self.readers.setdefault(name, []).append(index)
        for name in self.results:
            self.readers.setdefault(name, []).append(len(self.items))

    def item(self, index: int) -> None:
        """One item: text that waits, or a statement."""
        item = self.items[index]
        leaves = [leaf for name in item.reads for leaf in self.leaves.get(name, [name])]
        if item.inplace and item.call and not item.call.target:
            self.join_in_place(item, index)
            return
        text = self.applied(item)
        for name in item.reads:
            self.waiting.pop(name, None)
            self.leaves.pop(name, None)
        if len(item.gives) == 1 and self.may_wait(item, index, text):
            self.waiting[item.gives[0]] = text
            self.leaves[item.gives[0]] = leaves
            return
        names: list[str] = []
        for _ in item.gives:
            free = next((self.variables[leaf] for leaf in leaves if self.is_dead(leaf, index)), "")
            names.append(free if free and free not in names else self.spare(index, names))
        self.variables |= dict(zip(item.gives, names, strict=True))
        self.emit(f"{', '.join(names)} = {text}")

    def applied(self, item: Item) -> str:
        """The item applied to its operands."""
        operands = [self.waiting.get(name) or self.variables[name] for name in item.reads]
        if item.is_module:
            return f"{item.place}({', '.join(operands)})"
        assert item.call is not None
        constants = self.constants(item)
        template = item.call.expression
        terms = [text if is_argument(template, place) else as_term(text) for place, text in enumerate(operands)]
        return template.format(*terms, **constants)

    def constants(self, item: Item) -> dict[str, str]:
        """The arguments of an expression as text."""
        return {arg.name: self.constant(item.name, arg.name) for arg in item.call.args} if item.call else {}

    def may_wait(self, item: Item, index: int, text: str) -> bool:
        """Whether the value is read once, by the next item, which begins no statement of its own."""
        if self.readers.get(item.gives[0], []) != [index + 1] or len(text) > LONGEST:
            return False
        if index + 1 == len(self.items):
            return True
        following = self.items[index + 1]
        if self.overflows(following, item.gives[0], text):
            return False
        in_place = following.inplace and not following.is_module and following.reads[0] == item.gives[0]
        return not in_place and not begins_statement(following)

    def overflows(self, item: Item, name: str, text: str) -> bool:
        """Whether an expression is too long for a line with this text inside."""
        if item.is_module:
            return False
        self.waiting[name] = text
        line = f"{INDENT * self.level}y = {self.applied(item)}"
        del self.waiting[name]
        return len(line) > WIDTH

    def join_in_place(self, item: Item, index: int) -> None:
        """`y += x`: the first operand is a variable that nobody else reads."""
        assert item.call is not None
        first, *rest = item.reads
        operands = [self.variables[first], *(self.waiting.get(name) or self.variables[name] for name in rest)]
        self.emit(item.call.inplace.format(*operands, **self.constants(item)))
        self.variables[item.gives[0]] = self.variables[first]

    def is_dead(self, value: str, index: int) -> bool:
        """Whether nobody reads a variable's value after this item. Variables are shared by values joined in place."""
        holders = [v for v, name in self.variables.items() if name == self.variables[value]]
        return all(max(self.readers.get(v, [0])) <= index for v in holders)

    def spare(self, index: int, taken: list[str]) -> str:
        """A variable that holds no value still needed."""
        busy = {name for value, name in self.variables.items() if max(self.readers.get(value, [0])) > index}
        busy |= {self.variables[leaf] for leaves in self.leaves.values() for leaf in leaves if leaf in self.variables}
        names = (*SPARE, *(f"y{number}" for number in range(1, len(self.items) + 2)))
        return next(name for name in names if name not in busy and name not in taken)

    def emit(self, text: str) -> None:
        """A statement."""
        self.lines.append(INDENT * self.level + text)


def is_argument(template: str, place: int) -> bool:
    """Whether an operand stands in an expression between commas or brackets, where any text may."""
    return bool(re.search(rf"[(,]\s*\{{{place}\}}\s*[,)]", template))


def as_term(text: str) -> str:
    """A text that operators and methods may follow: one with an operator outside brackets is bracketed."""
    depth = 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == " " and depth == 0:
            return f"({text})"
    return text


def begins_statement(item: Item) -> bool:
    """Whether an item begins a line of its own: a convolution, a matrix product, an inner scope."""
    if item.frame is not None or item.node is None:
        return True
    return any(len(weight.shape) > 1 for weight in item.node.op.weights())
