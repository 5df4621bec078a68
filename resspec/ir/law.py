"""The law of graphs: every check is a named function that yields the faults it finds."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator

from resspec.errors import Fault, GraphError
from resspec.ir.graph import Graph

Check = Callable[[Graph], Iterator[str]]
CHECKS: dict[str, Check] = {}


def _check(function: Check) -> Check:
    CHECKS[function.__name__] = function
    return function


@_check
def operands_exist(graph: Graph) -> Iterator[str]:
    """Every operand is a node."""
    for node in graph:
        for source in node.inputs:
            if source not in graph.nodes:
                yield f"{node.name} reads {source!r}, which does not exist"


@_check
def schedule_is_causal(graph: Graph) -> Iterator[str]:
    """Insertion order is a schedule: operands come first (so there is no cycle)."""
    seen: set[str] = set()
    for node in graph:
        seen.add(node.name)
        for source in node.inputs:
            if source not in seen or source == node.name:
                yield f"{node.name} is scheduled before its operand {source}"


@_check
def edges_repeat_operands(graph: Graph) -> Iterator[str]:
    """The DAG is acyclic and has just the edges that the operands say."""
    import networkx as nx  # noqa: PLC0415  # as late as in `Graph.net`

    if not nx.is_directed_acyclic_graph(graph.net):
        yield "the graph has a cycle"
    for name in graph.net:
        operands = set(graph.nodes[name].inputs) if name in graph.nodes else set()
        if set(graph.net.predecessors(name)) != operands:
            yield f"{name} has edges that its operands do not name"


@_check
def names_are_consistent(graph: Graph) -> Iterator[str]:
    """A node is filed under its own name; name parts are identifiers or positions; no node is also a scope."""
    prefixes = {name.rsplit(".", 1)[0] for name in graph.nodes if "." in name}
    scopes = {p[:i] for p in prefixes for i in range(1, len(p) + 1) if i == len(p) or p[i] == "."}
    for key, node in graph.nodes.items():
        if key != node.name:
            yield f"{node.name} is filed under {key}"
        for part in key.split("."):
            if not part.isascii() or not (part.isdigit() or (part.isidentifier() and not keyword.iskeyword(part))):
                yield f"{key!r}: {part!r} is neither an identifier nor a position"
        if key in scopes:
            yield f"{key} is both an operation and a scope"


@_check
def arity_holds(graph: Graph) -> Iterator[str]:
    """Every op has its number of operands."""
    for node in graph:
        if len(node.inputs) != node.op.arity:
            yield f"{node.name}: {node.op.kind} takes {node.op.arity} operands, has {len(node.inputs)}"


@_check
def shapes_are_inferred(graph: Graph) -> Iterator[str]:
    """Every recorded shape is what the op infers from its operands."""
    for node in graph:
        if len(node.inputs) != node.op.arity or any(source not in graph.nodes for source in node.inputs):
            continue
        try:
            shape = node.op.infer(*graph.shapes_in(node))
        except GraphError as error:
            yield f"{node.name}: {error.faults[0].message}"
            continue
        if shape != node.shape:
            yield f"{node.name} is recorded as {node.shape}, its op infers {shape}"


@_check
def outputs_are_reached(graph: Graph) -> Iterator[str]:
    """There is an input and a named output; outputs and taps are nodes; every node serves an output."""
    if not graph.outputs:
        yield "the graph has no output"
    if not graph.inputs:
        yield "the graph has no input"
    for role, places in (("output", graph.outputs), ("tap", graph.taps)):
        for name, place in places.items():
            if place not in graph.nodes:
                yield f"{role} {name!r} is {place!r}, which does not exist"
    served = {place for place in graph.outputs.values() if place in graph.nodes}
    for node in reversed(list(graph)):
        if node.name in served:
            served.update(node.inputs)
        elif node.op.arity:
            yield f"{node.name} serves no output"


@_check
def facts_are_stated(graph: Graph) -> Iterator[str]:
    """Every op states its work, window, saved tensors and spelling, in whole non-negative numbers."""
    for node in graph:
        if len(node.inputs) != node.op.arity or any(source not in graph.nodes for source in node.inputs):
            continue
        ins = graph.shapes_in(node)
        work, window, saved = node.op.work(ins, node.shape), node.op.window(), node.op.saves(ins, node.shape)
        counts = (work.macs, work.extra, work.activations, window.kernel, window.padding, saved.extra, saved.shared)
        if any(type(count) is not int or count < 0 for count in counts) or window.stride < 1:
            yield f"{node.name}: {node.op.kind} states a fact that is no whole number"
        call = node.op.call()
        if node.op.arity and bool(call.target) == bool(call.expression):
            yield f"{node.name}: {node.op.kind} must be spelt as a module or as an expression"
        if node.op.weights() and not (call.target and call.init):
            yield f"{node.name}: {node.op.kind} owns tensors that nothing fills"


@_check
def shared_tensors_are_anothers(graph: Graph) -> Iterator[str]:
    """A node that shares has an earlier node with tensors of its own and an equal op."""
    seen: set[str] = set()
    for node in graph:
        if node.shares and node.shares not in seen:
            yield f"{node.name} shares the tensors of {node.shares!r}, which is not laid before it"
        elif node.shares and graph.nodes[node.shares].shares:
            yield f"{node.name} shares the tensors of {node.shares}, which has none of its own"
        elif node.shares and graph.nodes[node.shares].op != node.op:
            yield f"{node.name} shares the tensors of {node.shares}, which is another operation"
        seen.add(node.name)


@_check
def scope_titles_name_classes(graph: Graph) -> Iterator[str]:
    """Every described scope has a title that can name a class."""
    for name, scope in graph.scopes.items():
        if not scope.title.isidentifier() or keyword.iskeyword(scope.title):
            yield f"scope {name}: {scope.title!r} cannot name a class"


def broken(graph: Graph) -> dict[str, list[str]]:
    """All faults by the name of the check that found them; empty for a lawful graph."""
    found = {}
    for name, check in CHECKS.items():
        if faults := list(check(graph)):
            found[name] = faults
    return found


def verify(graph: Graph) -> Graph:
    """The graph itself, or a GraphError with every broken law."""
    if found := broken(graph):
        error = GraphError(*(Fault("RS311", f"{text} [{name}]") for name, texts in found.items() for text in texts))
        error.check = next(iter(found))
        raise error
    return graph
