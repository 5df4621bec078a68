"""The method that fills a net's tensors: one rule per kind of module, exceptions named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from resspec.export.layout import INDENT, call
from resspec.export.outline import Item
from resspec.export.shapes import Shape
from resspec.ir.op import Call

_TENSOR = re.compile(r"\{m\}\.(\w+)")
_MAYBE = re.compile(r"^ +self\.(\w+) = .+ else None$", re.MULTILINE)

MAY_LACK_BIAS = ("Conv1d", "Conv2d", "ConvTranspose2d")
"""Ends of the names of classes whose `bias` torch types as a tensor or None."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A module that is filled: its class, its statements, the tensors that its class may lack, the class that owns it
    and the path there."""

    target: str
    init: tuple[str, ...]
    optional: frozenset[str]
    owner: str
    path: str
    count: int


def filling(shapes: list[Shape], root: Shape) -> list[str]:
    """The lines of `init_weights`."""
    modules = [found for shape in shapes for found in _modules(shape, "" if shape is root else shape.name)]
    lines = [
        f"{INDENT}def init_weights(self, generator: torch.Generator | None = None) -> None:",
        f'{INDENT * 2}"""Fill every parameter and buffer."""',
    ]
    usual, unusual = [], []
    targets = dict.fromkeys(module.target for module in modules)
    for target in sorted(
        targets, key=lambda name: name.startswith("nn.")
    ):  # the file's own classes may derive from torch's
        same = [module for module in modules if module.target == target]
        rules, exceptions = _rules(same)
        usual.append((target, rules))
        unusual += exceptions
    if usual:
        lines.append(f"{INDENT * 2}for m in self.modules():")
    branches = [(rules, [target for target, _ in alike]) for rules, alike in groupby(usual, lambda pair: pair[1])]
    for place, (rules, alike) in enumerate(branches):
        lines.append(f"{INDENT * 3}{'el' if place else ''}if isinstance(m, {_classes(alike)}):")
        for tensor, (statement, guarded) in rules.items():
            if guarded:
                lines.append(f"{INDENT * 4}if m.{tensor} is not None:")
            lines += _statement(statement.format(m="m"), 5 if guarded else 4)
    return lines + list(_exceptions(unusual))


def _modules(shape: Shape, owner: str) -> Iterator[Filled]:
    """The modules of a class that own tensors, rows of modules opened."""
    for step in shape.steps:
        count = sum(step.name in constants for constants in shape.constants)
        if not step.item.again:
            yield from _opened(step.item, f".{step.name}", owner, count)


def _opened(item: Item, path: str, owner: str, count: int) -> Iterator[Filled]:
    if item.call and item.call.init:
        yield Filled(item.call.target, item.call.init, _optional(item.call), owner, path, count)
    if item.frame and item.frame.is_chain:
        for child in item.frame.items:
            yield from _opened(child, f"{path}[{child.name}]", owner, count)


def _optional(module: Call) -> frozenset[str]:
    """The tensors that a class types as a tensor or None."""
    return frozenset([*_MAYBE.findall(module.support), *(["bias"] if module.target.endswith(MAY_LACK_BIAS) else [])])


def _rules(modules: list[Filled]) -> tuple[dict[str, tuple[str, bool]], list[tuple[Filled, str]]]:
    """For one module class, the statement per tensor (guarded where not every module has it, or torch's types say that
    it may have none), and what differs."""
    said: dict[str, Counter[str]] = {}
    for module in modules:
        for statement in module.init:
            said.setdefault(_tensor(statement), Counter())[statement] += module.count
    rules, exceptions = {}, []
    for tensor, counts in said.items():
        statement = counts.most_common(1)[0][0]
        lacks = any(tensor not in map(_tensor, module.init) for module in modules)
        rules[tensor] = (statement, lacks or tensor in modules[0].optional)
        exceptions += [
            (m, other) for m in modules for other in m.init if _tensor(other) == tensor and other != statement
        ]
    return rules, exceptions


def _tensor(statement: str) -> str:
    """The tensor that a statement fills (or the method it calls)."""
    found = _TENSOR.search(statement)
    assert found, f"{statement!r} fills nothing"
    return found[1]


def _exceptions(unusual: list[tuple[Filled, str]]) -> Iterator[str]:
    """Statements for modules that are filled in another way, by the class that owns them."""
    owners: dict[str, list[str]] = {}
    for module, statement in unusual:
        filled = ("m" if module.owner else "self") + module.path
        if _tensor(statement) in module.optional:
            owners.setdefault(module.owner, []).append(f"if {filled}.{_tensor(statement)} is not None:")
        owners.setdefault(module.owner, []).append(statement.format(m=filled))
    alike: dict[tuple[str, ...], list[str]] = {}
    for owner, statements in owners.items():
        if owner:
            alike.setdefault(tuple(statements), []).append(owner)
    if alike:
        yield f"{INDENT * 2}for m in self.modules():"
    for place, (shared, names) in enumerate(alike.items()):
        yield f"{INDENT * 3}{'el' if place else ''}if isinstance(m, {_classes(names)}):"
        yield from _laid(shared, 4)
    yield from _laid(owners.get("", []), 2)


def _laid(statements: Iterable[str], level: int) -> Iterator[str]:
    """Statements at a level, what stands behind a condition one deeper."""
    deeper = 0
    for statement in statements:
        if statement.endswith(":"):
            yield f"{INDENT * level}{statement}"
        else:
            yield from _statement(statement, level + deeper)
        deeper = int(statement.endswith(":"))


def _classes(names: list[str]) -> str:
    """What `isinstance` is asked for."""
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def _statement(text: str, level: int) -> list[str]:
    """A call, laid out."""
    head, _, rest = text.partition("(")
    depth, start, args = 0, 0, []
    inside = rest[:-1]
    for place, letter in enumerate(inside):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            args.append(inside[start:place].strip())
            start = place + 1
    return call(head, [*args, inside[start:].strip()] if inside else [], level=level)
