"""Fusing: norms into the convolutions before them, and parallel linear branches into one convolution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from resspec.ir import Graph, Node, verify
from resspec.ir.ops import Add, BatchNorm2d, Conv2d
from resspec.passes.recipe import Branch, Fusion, Recipe


@dataclass(frozen=True, slots=True)
class Fused:
    """The graph of the inference form, and how its tensors follow from the trained ones."""

    graph: Graph
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Form:
    """What a node computes, as a sum of branches that read `source`: the convolution that could do it (None while all
    are identities), and the nodes that it would replace."""

    source: str
    conv: Conv2d | None
    branches: tuple[Branch, ...]
    nodes: tuple[str, ...]


def fuse(graph: Graph) -> Fused:
    """The same network for eval mode with each convolution and the norm behind it one convolution, and sums of such
    branches one too (RepVGG, arXiv:2101.03697): equal up to rounding."""
    forms = {node: form for node, form in _chosen(verify(graph)) if form.conv}
    absorbed = {name for node, form in forms.items() for name in form.nodes if name != node}
    renamed = {node: _name(graph, form) for node, form in forms.items()}
    nodes, fusions = [], []
    for node in graph:
        if node.name in absorbed:
            continue
        form = forms.get(node.name)
        if form is None or form.conv is None:
            nodes.append(replace(node, inputs=tuple(renamed.get(name, name) for name in node.inputs)))
            continue
        name, op = renamed[node.name], replace(form.conv, bias=True)
        around = node.op.around(op)
        nodes.append(Node(name, around, (renamed.get(form.source, form.source),), node.shape, node.site))
        fan_in = op.in_channels // op.groups
        fusions.append(Fusion(name, (op.out_channels, fan_in, op.kernel, op.kernel), form.branches))
    names = tuple(f"{node.name}.{weight.name}" for node in nodes for weight in node.weights)
    return Fused(_regrouped(graph, nodes, renamed), Recipe(names, tuple(fusions)))


def _regrouped(graph: Graph, nodes: list[Node], renamed: dict[str, str]) -> Graph:
    """The graph of the new nodes, with the outputs, taps and scopes that are left."""
    outputs = {key: renamed.get(name, name) for key, name in graph.outputs.items()}
    taps = {key: renamed.get(name, name) for key, name in graph.taps.items()}
    kept = {node.name[:end] for node in nodes for end, letter in enumerate(node.name) if letter == "."}
    scopes = {name: scope for name, scope in graph.scopes.items() if name in kept}
    return verify(Graph.of(nodes, outputs, scopes, taps, graph.facts))


def _chosen(graph: Graph) -> Iterator[tuple[str, Form]]:
    """The largest forms that replace more than one node."""
    forms = _forms(graph)
    absorbed: set[str] = set()
    for name, form in reversed(forms.items()):
        if name not in absorbed and len(form.nodes) > 1:
            absorbed.update(form.nodes)
            yield name, form


def _forms(graph: Graph) -> dict[str, Form]:
    """The form of every node that has one, in schedule order."""
    forms: dict[str, Form] = {}
    shared = {name for names in graph.sharers.values() for name in names}
    kept = {*graph.exits, *graph.taps.values(), *shared}

    def below(name: str) -> Form | None:
        """The form of an operand that nobody else reads."""
        return forms.get(name) if name not in kept and len(graph.consumers[name]) == 1 else None

    for node in graph:
        form = None
        if node.name in shared:  # what several maps go through stays what they go through
            continue
        op = node.op.core
        if isinstance(op, Conv2d):
            form = _of_conv(node, op)
        elif isinstance(op, BatchNorm2d):
            form = _of_norm(node, op, below(node.inputs[0]))
        elif isinstance(op, Add):
            left, right = (below(name) for name in node.inputs)
            form = _of_sum(node, left, right) if left and right else None
        if form:
            forms[node.name] = form
    return forms


def _of_conv(node: Node, op: Conv2d) -> Form | None:
    """A convolution whose kernel has its middle at the pixel it computes."""
    if op.kernel % 2 == 0 or op.padding != op.dilation * (op.kernel - 1) // 2:
        return None
    return Form(node.inputs[0], op, (Branch(node.name, op.kernel, op.bias),), (node.name,))


def _of_norm(node: Node, op: BatchNorm2d, before: Form | None) -> Form:
    """A norm behind a convolution, or by itself a scaled identity."""
    if before and before.conv and len(before.branches) == 1 and not before.branches[0].norm:
        branch = replace(before.branches[0], norm=node.name, eps=op.eps)
        return replace(before, branches=(branch,), nodes=(*before.nodes, node.name))
    return Form(node.inputs[0], None, (Branch("", norm=node.name, eps=op.eps),), (node.name,))


def _of_sum(node: Node, left: Form, right: Form) -> Form | None:
    """The sum of two forms that read one value at the same pixels."""
    convs = [form.conv for form in (left, right) if form.conv]
    if left.source != right.source or not convs:
        return None
    widest = max(convs, key=lambda conv: conv.kernel)
    if any(not _fits(form.conv, widest) for form in (left, right)):
        return None
    return Form(left.source, widest, left.branches + right.branches, (*left.nodes, *right.nodes, node.name))


def _fits(conv: Conv2d | None, widest: Conv2d) -> bool:
    """Whether a convolution, or the identity, is a special case of one with a wider kernel."""
    if conv is None:
        return widest.stride == 1 and widest.in_channels == widest.out_channels
    spread = conv.dilation if conv.kernel > 1 else widest.dilation
    return (conv.stride, conv.groups, spread) == (widest.stride, widest.groups, widest.dilation)


def _name(graph: Graph, form: Form) -> str:
    """The name of the convolution: that of the first it replaces, or of the scope where it replaces all there is."""
    first = next(branch.conv for branch in form.branches if branch.conv)
    scope = first.rpartition(".")[0]
    inside = [node.name for node in graph if node.name.startswith(f"{scope}.")]
    return scope if len(form.branches) > 1 and set(inside) == set(form.nodes) else first
