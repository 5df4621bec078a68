"""A state_dict in our names, taken apart into stem, stages, blocks and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Shape = tuple[int, ...]
Tensors = Mapping[str, Shape]

COUNTER = "num_batches_tracked"
"""What old checkpoints lack: not compared."""

_BLOCK = re.compile(r"layer(\d+)\.(?:blocks\.)?(\d+)\.(.+)")
_STAGE = re.compile(r"layer(\d+)\.(.+)")
_STEM = re.compile(r"(conv1|bn1|maxpool)\.")
_REST = re.compile(r"(final_conv|final_bn|norm|attnpool|head_norm|head_fc|fc)\.")
_INNER = re.compile(
    r"((conv|bn)\d+(b|_\d+)?|(conv|bn)_(pw|pwl|down|exp|transition|transition_b)|downsample|se|gate[12])\."
)
KERNELS = ("weight", "conv.weight", "conv0.weight", "paths.0.conv.weight")
"""Where the kinds of convolution keep their first kernel."""


@dataclass(frozen=True, slots=True)
class StageTensors:
    """The tensors of a stage outside its blocks, and of each block, by their names there."""

    own: dict[str, Shape] = field(default_factory=dict)
    blocks: list[dict[str, Shape]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The tensors of a net by where they stand."""

    stem: Tensors
    stages: tuple[StageTensors, ...]
    rest: Tensors


def is_ours(names: Iterable[str]) -> bool:
    """Whether names look like ours."""
    return all(_is_known(name) for name in names)


def _is_known(name: str) -> bool:
    inner = _BLOCK.match(name) or _STAGE.match(name)
    return bool(_INNER.match(inner[inner.lastindex or 0]) if inner else _STEM.match(name) or _REST.match(name))


def without_counters(tensors: Tensors) -> dict[str, Shape]:
    """The tensors that hold values."""
    return {name: tuple(shape) for name, shape in tensors.items() if not name.endswith(COUNTER)}


def anatomy(tensors: Tensors) -> Anatomy:
    """The tensors of a net in our names, taken apart; blocks numbered through the net are given to stages."""
    stem: dict[str, Shape] = {}
    rest: dict[str, Shape] = {}
    stages: dict[int, StageTensors] = {}
    places: dict[tuple[int, int], dict[str, Shape]] = {}
    for name, shape in tensors.items():
        if found := _BLOCK.match(name):
            places.setdefault((int(found[1]), int(found[2])), {})[found[3]] = shape
        elif found := _STAGE.match(name):
            stages.setdefault(int(found[1]), StageTensors()).own[found[2]] = shape
        else:
            (stem if _STEM.match(name) else rest)[name] = shape
    for (number, _), block in sorted(places.items()):
        stages.setdefault(number, StageTensors()).blocks.append(block)
    listed = [stages[number] for number in sorted(stages)]
    return Anatomy(stem, tuple(_by_width(listed[0].blocks) if set(stages) == {0} else listed), rest)


def _by_width(blocks: list[dict[str, Shape]]) -> list[StageTensors]:
    """Stages of blocks that are numbered through the net: a new one where the width changes."""
    stages: list[StageTensors] = []
    before = 0
    for block in blocks:
        if width_of(block) != before:
            stages.append(StageTensors())
            before = width_of(block)
        stages[-1].blocks.append(block)
    return stages


def kernel(tensors: Tensors, conv: str) -> Shape | None:
    """The shape of a convolution's (first) kernel."""
    return next((tensors[name] for end in KERNELS if (name := f"{conv}.{end}") in tensors), None)


def width_of(block: Tensors) -> int:
    """The output channels of a block; 0 where there is no convolution."""
    for conv in ("conv_pwl", "conv3", "conv2", "conv1"):
        if shape := kernel(block, conv):
            return shape[0]
    return 0


def below(tensors: Tensors, prefix: str) -> dict[str, Shape]:
    """The tensors whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): shape for name, shape in tensors.items() if name.startswith(prefix)}
