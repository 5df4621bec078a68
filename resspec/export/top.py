"""The class of the whole net: what users of timm reach for is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resspec.export.forward import Constant, begins_statement, body
from resspec.export.layout import INDENT, literal
from resspec.export.outline import Item
from resspec.ir import Graph

OUTPUT_NAME = "fc"
LISTED = 4
"""Channels whose means are written one by one."""


@dataclass(frozen=True)
class Head:
    """A net that ends in a vector: the items before and after the features, the classifier if it has one, and what
    follows it."""

    trunk: tuple[Item, ...]
    items: tuple[Item, ...]
    classifier: Item | None
    tail: tuple[Item, ...]
    features: str
    pooled: str

    @property
    def name(self) -> str:
        """What the classifier is called."""
        return self.classifier.name if self.classifier else OUTPUT_NAME

    def width(self, graph: Graph) -> int:
        """The features that the classifier reads, or the net's outputs: channels of a map, the last axis elsewhere."""
        shape = graph[self.pooled].shape
        return shape[0] if len(shape) == 3 else shape[-1]


def head_of(graph: Graph, items: Sequence[Item]) -> Head | None:
    """The head, where the net has one output, a vector, behind a tap `features` through which all goes."""
    features = graph.taps.get("features")
    if features is None or len(graph.outputs) != 1 or features in graph.exits:
        return None
    output = graph[next(iter(graph.outputs.values()))]
    cut = next((place for place, item in enumerate(items) if features in item.gives), None)
    if len(output.shape) != 1 or cut is None:
        return None
    trunk, rest = tuple(items[: cut + 1]), tuple(items[cut + 1 :])
    inside = {features} | {name for item in rest for name in item.gives}
    if not rest or any(name not in inside for item in rest for name in item.reads) or rest[-1].gives != (output.name,):
        return None
    place = next((place for place in reversed(range(len(rest))) if begins_statement(rest[place])), None)
    if place is None or rest[place].frame is not None:
        return Head(trunk, rest, None, (), features, output.name)
    return Head(trunk, rest[:place], rest[place], rest[place + 1 :], features, rest[place].reads[0])


def attributes(graph: Graph) -> list[str]:
    """Class attributes: what a user must know of the input."""
    lines = [f"{INDENT}input_size = {literal(graph.inputs[0].shape)}"]
    lines += [
        f"{INDENT}{key} = {_repeated(getattr(graph.facts, key))}"
        for key in ("mean", "std")
        if getattr(graph.facts, key)
    ]
    return lines


def _repeated(values: tuple[float, ...]) -> str:
    """A tuple; a latent vector has hundreds of equal values."""
    alike = len(values) > LISTED and len(set(values)) == 1
    return f"{literal(values[:1])} * {len(values)}" if alike else literal(values)


def methods(graph: Graph, items: Sequence[Item], constant: Constant, head: Head | None) -> list[str]:
    """forward and its relatives."""
    if head is None:
        return _forward(graph, items, constant)
    return [
        *_forward_features(graph, head, constant),
        "",
        *_forward_head(head, constant),
        "",
        *_whole(),
        "",
        *_reset(graph, head),
    ]


def _forward(graph: Graph, items: Sequence[Item], constant: Constant) -> list[str]:
    """One method; several outputs are a dictionary by name."""
    inputs = {node.name: "x" if place == 0 else f"x{place}" for place, node in enumerate(graph.inputs)}
    results = list(graph.outputs.values())
    lines, texts = body(items, inputs, results, constant)
    args = ", ".join(f"{name}: Tensor" for name in inputs.values())
    if list(graph.outputs) == ["output"]:
        return [f"{INDENT}def forward(self, {args}) -> Tensor:", *lines, f"{INDENT * 2}return {texts[0]}"]
    pairs = [f'{INDENT * 3}"{name}": {text},' for name, text in zip(graph.outputs, texts, strict=True)]
    start = [f"{INDENT}def forward(self, {args}) -> dict[str, Tensor]:", *lines]
    return [*start, f"{INDENT * 2}return {{", *pairs, f"{INDENT * 2}}}"]


def _forward_features(graph: Graph, head: Head, constant: Constant) -> list[str]:
    lines, texts = body(head.trunk, {graph.inputs[0].name: "x"}, [head.features], constant)
    return [
        f"{INDENT}def forward_features(self, x: Tensor) -> Tensor:",
        f'{INDENT * 2}"""The last feature map, (N, C, H, W)."""',
        *lines,
        f"{INDENT * 2}return {texts[0]}",
    ]


def _forward_head(head: Head, constant: Constant) -> list[str]:
    lines, texts = body(head.items, {head.features: "x"}, [head.pooled], constant)
    if texts[0] != "x":
        lines.append(f"{INDENT * 2}x = {texts[0]}")
    start = [
        f"{INDENT}def forward_head(self, x: Tensor, pre_logits: bool = False) -> Tensor:",
        f'{INDENT * 2}"""From the last feature map to the logits, or to what the classifier reads."""',
        *lines,
    ]
    if not head.tail or not head.classifier:
        return [*start, f"{INDENT * 2}return x if pre_logits else self.{head.name}(x)"]
    after, results = body(head.tail, {head.classifier.gives[0]: "x"}, [head.tail[-1].gives[0]], constant)
    condition = [f"{INDENT * 2}if not pre_logits:", f"{INDENT * 3}x = self.{head.name}(x)"]
    return [*start, *condition, *after, f"{INDENT * 2}return {results[0]}"]


def _whole() -> list[str]:
    return [
        f"{INDENT}def forward(self, x: Tensor) -> Tensor:",
        f"{INDENT * 2}return self.forward_head(self.forward_features(x))",
    ]


def _reset(graph: Graph, head: Head) -> list[str]:
    fresh = f"nn.Linear({head.width(graph)}, num_classes, device=like.device, dtype=like.dtype)"
    if head.classifier and head.classifier.call:
        call = head.classifier.call
        sizes = [literal(arg.value) for arg in call.args if arg.positional]
        sizes[1] = "num_classes"
        fresh = f"{call.target}({', '.join(sizes)}, device=like.device, dtype=like.dtype)"
    return [
        f"{INDENT}def reset_classifier(self, num_classes: int) -> None:",
        f'{INDENT * 2}"""Put a fresh classifier in place; 0 leaves the pooled features."""',
        f"{INDENT * 2}self.num_classes = num_classes",
        f"{INDENT * 2}like = next(self.parameters())",
        f"{INDENT * 2}self.{head.name} = (",
        f"{INDENT * 3}{fresh}",
        f"{INDENT * 3}if num_classes",
        f"{INDENT * 3}else nn.Identity()",
        f"{INDENT * 2})",
    ]
