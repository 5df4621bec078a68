"""The forward functions that a graph becomes, as far as they hold values: statements of calls, one inside the other."""

from __future__ import annotations

from dataclasses import dataclass

from resspec.ir import Graph, Node
from resspec.ir.text import BODY, LONGEST, WIDTH


@dataclass(frozen=True, slots=True)
class Call:
    """An operation, or a submodule that is called: the values it reads and gives, and its first and last operation."""

    reads: tuple[str, ...]
    gives: tuple[str, ...]
    last: str
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Calls of which each stands inside the next; `reads` are the variables they read, `gives` the value assigned."""

    calls: tuple[Call, ...]

    @property
    def gives(self) -> tuple[str, ...]:
        """The values of the outermost call."""
        return self.calls[-1].gives

    @property
    def reads(self) -> tuple[str, ...]:
        """The variables, as they are written from left to right."""
        leaves: dict[str, list[str]] = {}
        for call in self.calls:
            found = [leaf for value in call.reads for leaf in leaves.get(value, [value])]
            leaves |= dict.fromkeys(call.gives, found)
        return tuple(dict.fromkeys(leaves[self.gives[0]]))


@dataclass(frozen=True, slots=True)
class Function:
    """What one scope runs."""

    scope: str
    statements: tuple[Statement, ...]


def functions(graph: Graph) -> list[Function]:
    """The function of every scope that becomes a module, and of the net itself."""
    owners = _modules(graph)
    members: dict[str, list[Node]] = {}
    for node in graph:
        if node.op.arity:
            for scope in _around(node.name, owners):
                members.setdefault(scope, []).append(node)
    return [
        Function(scope, _statements(graph, _calls(graph, scope, nodes, owners))) for scope, nodes in members.items()
    ]


def _modules(graph: Graph) -> set[str]:
    """The scopes that own a module; others are written in place."""
    return {scope for node in graph if node.op.arity and node.op.call().target for scope in _prefixes(node.name)} | {""}


def _prefixes(name: str) -> list[str]:
    """The scopes around a name, outermost first, the net itself left out."""
    steps = name.split(".")[:-1]
    return [".".join(steps[: depth + 1]) for depth in range(len(steps))]


def _around(name: str, owners: set[str]) -> list[str]:
    """The modules around a name, outermost first."""
    return ["", *(scope for scope in _prefixes(name) if scope in owners)]


def _calls(graph: Graph, scope: str, nodes: list[Node], owners: set[str]) -> list[Call]:
    """The operations of a scope, and its submodules as one call each."""
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        around = _around(node.name, owners)
        inner = around[around.index(scope) + 1 :]
        groups.setdefault(inner[0] if inner else node.name, []).append(node)
    calls = []
    for name, inside in groups.items():
        if inside[0].name == name:
            calls.append(Call(inside[0].inputs, (name,), name, inside[0]))
            continue
        made = {node.name for node in inside}
        reads = dict.fromkeys(source for node in inside for source in node.inputs if source not in made)
        gives = [
            n.name
            for n in inside
            if n.name in graph.exits or any(reader not in made for reader in graph.consumers[n.name])
        ]
        calls.append(Call(tuple(reads), tuple(gives), inside[-1].name))
    return calls


def _statements(graph: Graph, calls: list[Call]) -> tuple[Statement, ...]:
    """Calls gathered: one stands inside the next where that alone reads it and does not begin a statement, as far as
    there is room on a line."""
    gathered: list[list[Call]] = []
    inside = ""
    for call in calls:
        alone, nested = _text(call, ""), _text(call, inside)
        if gathered and _stands_inside(graph, gathered[-1][-1], call) and _has_room(call, inside, nested):
            gathered[-1].append(call)
            inside = nested
        else:
            gathered.append([call])
            inside = alone
    return tuple(Statement(tuple(group)) for group in gathered)


def _has_room(call: Call, inside: str, nested: str) -> bool:
    """Whether the text of a value fits into that of the call that reads it; lines break inside calls of modules."""
    breaks = call.node is None or bool(call.node.op.call().target)
    return len(inside) <= LONGEST and (breaks or BODY + len("y = ") + len(nested) <= WIDTH)


def _text(call: Call, inside: str) -> str:
    """A call as it is written, about: its variables have names of one letter, and one of them may be the text of
    another call."""
    operands = [inside or "x", *("y" for _ in call.reads[1:])]
    if call.node is None or call.node.op.call().target:
        return f"self.{call.last.rpartition('.')[2]}({', '.join(operands)})"
    spelled = call.node.op.call()
    constants = {arg.name: arg.value for arg in spelled.args}
    return spelled.expression.format(*operands, **constants)


def _stands_inside(graph: Graph, call: Call, following: Call) -> bool:
    """Whether a value is written as an argument of the following call."""
    if following.node is None or len(call.gives) != 1 or call.gives[0] in graph.exits:
        return False
    op = following.node.op
    begins = any(len(weight.shape) > 1 for weight in op.weights())
    joins = not op.call().target and graph.may_overwrite(following.node.name)
    return (
        graph.consumers[call.gives[0]] == (following.node.name,)
        and not begins
        and not (joins and following.reads[0] == call.gives[0])
    )
