"""What an op is called in a drawing, from the facts that every op states."""

from __future__ import annotations

from resspec.ir import Graph, Node, Shape

SHORT = {
    "batch_norm": "BN",
    "group_norm": "GN",
    "filter_response_norm": "FRN",
    "relu": "ReLU",
    "silu": "SiLU",
    "gelu": "GELU",
    "leaky_relu": "leaky ReLU",
    "evonorm_s0": "EvoNorm-S0",
    "conv2d": "conv",
    "zeroed_conv2d": "conv",
    "conv1d": "conv 1-d",
    "std_conv2d": "std conv",
    "scaled_std_conv2d": "std conv",
    "max_pool2d": "max pool",
    "avg_pool2d": "avg pool",
    "global_avg_pool": "global avg pool",
    "adaptive_avg_pool2d": "avg pool",
    "transposed_conv2d": "transposed conv",
    "frozen_batch_norm": "frozen BN",
    "instance_norm": "IN",
    "prelu": "PReLU",
    "spectral_conv2d": "spectral conv",
    "spectral_linear": "spectral linear",
    "power_conv2d": "spectral conv",
    "power_linear": "spectral linear",
    "power_embedding": "spectral embedding",
    "uncounted_batch_norm": "BN",
    "resize_like": "resize",
    "linear": "linear",
    "pad_channels": "zero channels",
    "sinusoid_linear": "linear of sinusoids",
    "point_conv1d": "conv 1-d",
    "packed_attention": "attention",
    "add_vector": "add",
    "places_to_tokens": "tokens",
    "tokens_to_places": "map",
    "places_to_row": "row",
    "row_to_places": "map",
    "roi_align": "RoIAlign",
}
"""Kinds that papers abbreviate; any other is its own name with spaces."""

SIGNS = {"add": "+", "scale": "×", "shift": "+"}
"""Joins that are drawn as a sign in a circle."""


def word(node: Node) -> str:
    """The name of an op."""
    return SHORT.get(node.op.kind, node.op.kind.replace("_", " "))


def product(node: Node) -> bool:
    """Whether an op multiplies and accumulates with a matrix of its own."""
    return any(weight.learned and len(weight.shape) > 1 for weight in node.op.weights())


def label(graph: Graph, node: Node) -> str:
    """`3×3 conv, 64, /2, 32 groups`; a pool or another op with a window likewise; of regions, what runs on one."""
    window, shape = node.op.window(), node.op.one(node.shape)
    kernel = kernel_of(node)
    seen = len(shape) == 3 and (kernel > 1 or (product(node) and kernel == 1))
    sizes = f"{kernel}×{kernel} " if seen else ""
    parts = [f"{sizes}{word(node)}"]
    if node.op.spreads:
        parts.append(f"{shape[0]:,} boxes")
    if product(node):
        parts.append(f"{shape[0]:,}" if len(shape) == 1 else str(shape[0]))
    if window.stride > 1:
        parts.append(f"/{window.stride}")
    if (factor := enlarged(graph, node)) > 1:
        parts.append(f"×{factor}")
    if window.dilation > 1:
        parts.append(f"dilation {window.dilation}")
    if (groups := groups_of(graph, node)) > 1:
        parts.append("depthwise" if groups == shape[0] else f"{groups} groups")
    return ", ".join(parts)


def kernels(node: Node) -> list[Shape]:
    """The shapes of the kernels that slide over a map."""
    return [weight.shape for weight in node.op.weights() if weight.learned and len(weight.shape) == 4]


def kernel_of(node: Node) -> int:
    """The side of an op's window; that of its kernel where the op states how many neighbours it reads."""
    window = node.op.window()
    return kernels(node)[0][-1] if window.neighbours and kernels(node) else window.kernel


def enlarged(graph: Graph, node: Node) -> int:
    """How many times larger an op makes a map that it goes over with a kernel or by interpolation."""
    ins, out = tuple(map(node.op.one, graph.shapes_in(node))), node.op.one(node.shape)
    maps = len(ins) == 1 and len(ins[0]) == len(out) == 3
    return out[1] // ins[0][1] if maps and node.op.window().neighbours else 1


def groups_of(graph: Graph, node: Node) -> int:
    """The groups of a convolution: input channels over those that one filter sees."""
    found, ins = kernels(node), tuple(map(node.op.one, graph.shapes_in(node)))
    slides = found and len(ins[0]) == 3 and not node.op.window().neighbours
    return ins[0][0] // found[0][1] if slides else 1


def follows(graph: Graph, node: Node) -> bool:
    """Whether an op only finishes the one before it: one operand, the same shape, no products, and no window, or the
    whole map as a norm looks at it."""
    if node.op.arity != 1 or product(node) or graph.shapes_in(node)[0] != node.shape:
        return False
    return node.op.window().kernel == 1 or norm(node)


def norm(node: Node) -> bool:
    """Whether an op looks at the whole map and has a scale of its own."""
    return node.op.window().kernel == 0 and bool(node.op.weights()) and not product(node)


def sides(shape: Shape) -> str:
    """64×56×56."""
    return "×".join(str(side) for side in shape)


def short(value: float) -> str:
    """4.09G: three digits and a unit."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("K", 1e3)):
        if value >= size:
            return f"{value / size:.3g}{unit}" if value < 999.5 * size else f"{value / size:.0f}{unit}"
    return f"{value:.0f}"
