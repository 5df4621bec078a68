"""The memory of inference and of a training step, from the graph alone: tensors, without what a device's runtime, its
workspaces and a fragmented allocator take on top. Parameters and optimizer states are float32."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from resspec.analysis.backward import FULL, Holding
from resspec.analysis.gradients import backward_peak
from resspec.analysis.liveness import peak
from resspec.errors import BudgetError, did_you_mean
from resspec.ir import Graph, Node, Weight

OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}
"""State tensors per parameter: none, velocity, first and second moment (arXiv:1412.6980)."""
TYPES = {"fp32": 4, "bf16": 2, "fp16": 2}
"""Bytes of an element."""
COUNTER = 8
"""Bytes of a counter (int64)."""
LARGEST_BATCH = 1 << 24
"""No batch beyond this is tried."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a network is run: images per batch, its own type in inference, and for training the optimizer, the type of
    autocast (fp32: none), and whether backward recomputes each block."""

    images: int = 1
    dtype: str = "fp32"
    optimizer: str = "sgd"
    amp: str = "fp32"
    checkpointing: bool = False
    inplace: bool = True

    def __post_init__(self) -> None:
        for value, known in ((self.optimizer, OPTIMIZERS), (self.amp, TYPES), (self.dtype, TYPES)):
            if value not in known:
                raise BudgetError.of("RS420", f"{value!r} is not known here", remedy=did_you_mean(value, known))
        if self.images < 1:
            raise BudgetError.of("RS420", f"a batch has 1 image or more, got {self.images}")


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes. Inference: weights (parameters and buffers, of which `counters` stay integers in any type) and the
    activations at their peak. A training step: weights,
    optimizer states, what forward keeps for backward (`kept`), and the gradients and recomputed tensors that add to it
    where the sum is highest (`passing`); when the optimizer runs, the gradients of all parameters (`gradients`)."""

    setting: Setting
    weights: int
    counters: int
    activations: int
    peak_at: str
    gradients: int
    states: int
    kept: int
    passing: int

    @property
    def inference(self) -> int:
        """Weights and activations at their peak."""
        return (self.weights - self.counters) * TYPES[self.setting.dtype] // FULL + self.counters + self.activations

    @property
    def training(self) -> int:
        """All that a step holds at its peak, gradients being None when it begins."""
        return self.weights + self.states + max(self.kept + self.passing, self.gradients)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        names = ("images", "dtype", "optimizer", "amp", "checkpointing", "inplace")
        figures = (
            *("weights", "counters", "activations", "peak_at", "inference"),
            *("gradients", "states", "kept", "passing", "training"),
        )
        return {name: getattr(self.setting, name) for name in names} | {name: getattr(self, name) for name in figures}


def memory_of(graph: Graph, setting: Setting) -> Memory:
    """The memory of a network under a setting."""
    tensors = [weight for node in graph for weight in node.weights]
    learned = FULL * sum(weight.elements for weight in tensors if weight.trained)
    states = OPTIMIZERS[setting.optimizer]
    steps = FULL * sum(1 for weight in tensors if weight.trained) if states == 2 else 0
    highest = peak(graph, setting.images, setting.inplace)
    kept, passing = _held(graph, setting)
    return Memory(
        setting,
        sum(tensor_bytes(weight) for weight in tensors),
        COUNTER * sum(counts(weight) for weight in tensors),
        TYPES[setting.dtype] * highest.elements(setting.images),
        highest.node,
        learned,
        states * learned + steps,
        kept,
        passing,
    )


def tensor_bytes(weight: Weight) -> int:
    """The bytes of a parameter or a buffer: float32, a scalar buffer (a counter) an integer of 8 bytes."""
    return COUNTER if counts(weight) else FULL * weight.elements


def counts(weight: Weight) -> bool:
    """Whether a buffer is a counter."""
    return not weight.learned and not weight.shape


def inference_bytes(graph: Graph) -> int:
    """What a budget on `memory` bounds: weights, and activations at their peak, of one image in float32 in eval mode
    without autograd, as the emitted module runs. The peak is a maximum over the schedule, no sum over pieces."""
    weights = sum(tensor_bytes(weight) for node in graph for weight in node.weights)
    return weights + FULL * peak(graph).elements(1)


def node_bytes(graph: Graph) -> dict[str, int]:
    """What training holds for each op, of one image in float32: its tensors, and what it adds to that which forward
    keeps for backward."""
    kept = Holding.of(graph).kept()
    return {
        node.name: sum(tensor_bytes(weight) for weight in node.weights) + kept[node.name].bytes(1)
        for node in graph
        if node.op.arity
    }


def _held(graph: Graph, setting: Setting) -> tuple[int, int]:
    """Bytes kept for backward, and those that backward adds where the sum is highest."""
    holding = Holding.of(graph, TYPES[setting.amp], setting.inplace)
    added = {name: part.bytes(setting.images) for name, part in holding.kept().items()}
    again: dict[str, int] = {}
    if setting.checkpointing:
        again = {name: size for name, size in added.items() if in_block(graph, graph[name])}
        added = {name: size for name, size in added.items() if name not in again}
        for owner in block_inputs(holding):
            kept_before = owner in added and added[owner]
            added[owner] = max(kept_before, setting.images * holding.bytes(owner))
    kept = sum(added.values())
    return kept, backward_peak(holding, added, again, setting.images) - kept


def in_block(graph: Graph, node: Node) -> bool:
    """Whether a node belongs to a block of a stage, which checkpointing recomputes."""
    stage, _, place = node.site.partition(".")
    return place.rpartition(".")[2].isdigit() and graph.scopes[stage].kind == "stage"


def block_inputs(holding: Holding) -> list[str]:
    """The owners of the values that blocks read from outside: what checkpointing keeps of a block."""
    found: dict[str, None] = {}
    for node in holding.graph:
        for source in node.inputs:
            if in_block(holding.graph, node) and holding.graph[source].site != node.site:
                found.setdefault(holding.owners[source])
    return list(found)


def largest_batch(graph: Graph, setting: Setting, limit: int, training: bool = True) -> int:
    """The most images whose step (or inference) takes at most `limit` bytes; 0 where not one fits."""

    def fits(images: int) -> bool:
        memory = memory_of(graph, replace(setting, images=images))
        return (memory.training if training else memory.inference) <= limit

    if not fits(1):
        return 0
    low, high = 1, 2
    while high < LARGEST_BATCH and fits(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
