"""Weights handed down from a trained network to another of the same names: leading slices of each tensor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Shapes = Mapping[str, tuple[int, ...]]
BLOCK = re.compile(r"(layer\d+)\.(\d+)\.(.+)")
"""A tensor of a block: stage, place of the block, name within it."""


@dataclass(frozen=True, slots=True)
class Bequest:
    """How much of a network's state was handed down: of its tensors, how many are filled at least in part; of their
    elements, how many."""

    tensors: int
    of_tensors: int
    elements: int
    of_elements: int

    @property
    def share(self) -> float:
        """Share of the elements."""
        return self.elements / self.of_elements if self.of_elements else 0.0


def sources(child: Shapes, parent: Shapes, copied: bool) -> dict[str, str]:
    """For each tensor of the child the parent's tensor that it takes after, where there is one of as many axes. With
    `copied`, blocks behind the parent's last of their stage take after that one."""
    last: dict[str, int] = {}
    for name in parent:
        if match := BLOCK.fullmatch(name):
            last[match[1]] = max(int(match[2]), last.get(match[1], 0))
    found = {}
    for name, shape in child.items():
        source = name
        match = BLOCK.fullmatch(name)
        if copied and name not in parent and match and match[1] in last and int(match[2]) > last[match[1]] > 0:
            source = f"{match[1]}.{last[match[1]]}.{match[3]}"
        if source in parent and len(parent[source]) == len(shape):
            found[name] = source
    return found


def bequest(child: Shapes, parent: Shapes, copied: bool = False) -> Bequest:
    """What a parent can hand down, by shapes alone."""
    common = sources(child, parent, copied)
    return Bequest(
        len(common),
        len(child),
        sum(_elements(tuple(map(min, child[name], parent[source]))) for name, source in common.items()),
        sum(map(_elements, child.values())),
    )


def inherit(model: nn.Module, state: Mapping[str, Tensor], copied: bool = False) -> Bequest:
    """Fill the leading slices of a model's tensors, in place, with those of a parent's; the rest stays as it is."""
    own = model.state_dict()
    child, parent = shapes_of(own), shapes_of(state)
    with torch.no_grad():
        for name, source in sources(child, parent, copied).items():
            part = tuple(slice(0, min(a, b)) for a, b in zip(child[name], parent[source], strict=True))
            own[name][part].copy_(state[source][part])
    return bequest(child, parent, copied)


def shapes_of(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """The shapes of a state by name."""
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def _elements(shape: tuple[int, ...]) -> int:
    total = 1
    for side in shape:
        total *= side
    return total
