"""The graph as nested scopes: what becomes a class, what becomes an nn.Sequential, what is written in place."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from functools import cached_property

from resspec.ir import Call, Graph, Node


@dataclass(frozen=True)
class Item:
    """A line of a scope: one op, or one inner scope. `reads` and `gives` are names of graph nodes; `again` names the
    item whose module runs once more."""

    name: str
    reads: tuple[str, ...]
    gives: tuple[str, ...]
    call: Call | None = None
    node: Node | None = None
    frame: Frame | None = None
    inplace: bool = False
    again: str = ""

    @property
    def is_module(self) -> bool:
        """Whether the item becomes a submodule."""
        return self.frame is not None or bool(self.call and self.call.target)

    @property
    def is_owned(self) -> bool:
        """Whether the item becomes a submodule of its own scope, made there."""
        return self.is_module and not self.again

    @property
    def place(self) -> str:
        """How a forward method reaches the submodule."""
        name = self.again or self.name
        return f"self[{name}]" if name.isdigit() else f"self.{name}"


@dataclass(frozen=True)
class Frame:
    """A scope: its items in schedule order, the values it reads from outside and the values others read from it."""

    path: str
    title: str
    doc: str
    hints: dict[str, int]
    items: tuple[Item, ...]
    reads: tuple[str, ...]
    gives: tuple[str, ...]

    @cached_property
    def is_chain(self) -> bool:
        """Whether the scope is a row of modules at positions, each reading the one before: an nn.Sequential."""
        last = self.reads
        for item in self.items:
            if not (item.is_owned and item.name.isdigit() and len(last) == 1 and item.reads == last):
                return False
            last = item.gives
        return len(last) == 1 and self.gives == last

    @cached_property
    def is_row(self) -> bool:
        """Whether the modules stand at positions, so that a class of them is a list of modules."""
        return all((item.again or item.name).isdigit() for item in self.items if item.is_module)


def outline(graph: Graph) -> Frame:
    """The whole net as a frame."""
    nodes = [node for node in graph if node.op.arity]
    return _frame(graph, "", nodes)


def _frame(graph: Graph, path: str, nodes: list[Node]) -> Frame:
    """The frame of the nodes below a scope."""
    depth = len(path) + 1 if path else 0
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        groups.setdefault(node.name[depth:].partition(".")[0], []).append(node)
    items: list[Item] = []
    for name, members in groups.items():
        full = f"{path}.{name}" if path else name
        if members[0].name == full:
            items.append(_item(graph, name, members[0]))
            continue
        inner = _frame(graph, full, members)
        if any(item.is_module for item in inner.items):
            items.append(Item(name, inner.reads, inner.gives, frame=inner, again=_again(members[0], path, name)))
        else:
            items += inner.items  # nothing to own: written in place
    scope = graph.scopes.get(path)
    title = scope.title if scope else camel(path.rpartition(".")[2] or graph.facts.name)
    reads, gives = _borders(graph, nodes)
    return Frame(
        path, title, scope.doc if scope else "", dict(scope.hints) if scope else {}, tuple(items), reads, gives
    )


def _item(graph: Graph, name: str, node: Node) -> Item:
    call, inplace = node.op.call(), graph.may_overwrite(node.name)
    again = _again(node, node.name.rpartition(".")[0], name) if call.target else ""
    return Item(name, node.inputs, (node.name,), call, node, inplace=inplace, again=again)


def _again(node: Node, path: str, name: str) -> str:
    """The item of a scope whose module runs once more as `name`: where the names of a node and of the one that it
    shares with part."""
    if not node.shares:
        return ""
    first = node.shares.split(".")[path.count(".") + 1 if path else 0]
    return first if first != name else ""


def _borders(graph: Graph, nodes: list[Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values that a set of nodes reads from outside, and those of its own that are read outside."""
    inside = {node.name for node in nodes}
    reads = dict.fromkeys(source for node in nodes for source in node.inputs if source not in inside)
    gives = [
        node.name
        for node in nodes
        if node.name in graph.exits or any(reader not in inside for reader in graph.consumers[node.name])
    ]
    return tuple(reads), tuple(gives)


def camel(name: str) -> str:
    """A class name from a net's or a scope's: wide_resnet50_2 -> WideResnet50_2."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word] or ["net"]
    text = "".join(
        f"_{word}" if word[:1].isdigit() and i else word[:1].upper() + word[1:] for i, word in enumerate(words)
    )
    return text if text.isidentifier() and not keyword.iskeyword(text) else f"Net{text}"
