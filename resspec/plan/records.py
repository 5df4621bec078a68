"""What a spec means: every part read, every block listed, and how each piece is laid."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Protocol

from resspec.dense import DensePlan
from resspec.ir import Builder, Given, Value
from resspec.parts import (
    Act,
    Block,
    Condition,
    Conv,
    Final,
    Head,
    Norm,
    Site,
    Stage,
    Stem,
)


class Piece(Hashable, Protocol):
    """Something that can be laid between two values; hashable, so that equal pieces are laid once."""

    def lay(self, b: Builder, x: Value) -> Value:
        """Lay the piece on `x`."""
        ...


@dataclass(frozen=True, slots=True)
class StemPlan:
    """A stem and the parts it is made with; `bare` where the first block brings norm and activation itself."""

    stem: Stem
    conv: Conv
    norm: Norm
    act: Act
    bare: bool

    def lay(self, b: Builder, x: Value) -> Value:
        """The stem."""
        return self.stem.lay(b, x, self.conv, self.norm, self.act, self.bare)


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """A block at its site; equal blocks of a stage are one object."""

    block: Block
    site: Site

    def lay(self, b: Builder, x: Value) -> Value:
        """The block, and attention behind it."""
        return self.site.attended(b, self.block.lay(b, x, self.site))


Put = Callable[[int, BlockPlan, Value], Value]
"""(place in the stage, block, input) -> the output of a block that is put there."""


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A stage at its site: its scope name, the name a person gave it, and its blocks in order."""

    name: str
    label: str
    stage: Stage
    site: Site
    blocks: tuple[BlockPlan, ...]

    def lay(self, b: Builder, x: Value, put: Put) -> Value:
        """The stage; `put` lays each block where the stage wants it."""
        blocks = [partial(put, place, block) for place, block in enumerate(self.blocks)]
        return self.stage.lay(b, x, self.site, blocks)


@dataclass(frozen=True, slots=True)
class FinalPlan:
    """What follows the last stage, and the parts it is made with."""

    final: Final
    conv: Conv
    norm: Norm
    act: Act

    def lay(self, b: Builder, x: Value) -> Value:
        """The layers before the head."""
        return self.final.lay(b, x, self.conv, self.norm, self.act)


@dataclass(frozen=True, slots=True)
class ConditionPlan:
    """What a net is told beside its image, and the activation that its vector is made with."""

    condition: Condition
    act: Act

    def lay(self, b: Builder, image: Value) -> Given:
        """The inputs, and what is made of them."""
        return self.condition.lay(b, image, self.act)


@dataclass(frozen=True, slots=True)
class Plan:
    """A network with nothing left to default."""

    name: str
    input: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    stem: StemPlan
    stages: tuple[StagePlan, ...]
    final: FinalPlan
    head: Head | None
    dense: DensePlan | None = None
    condition: ConditionPlan | None = None

    @property
    def is_chain(self) -> bool:
        """Whether each part reads the map of the one before it and nothing else."""
        return not (self.dense or self.condition)

    @property
    def reduction(self) -> int:
        """By how much stem and stages lower the image's sides."""
        return self.stem.stem.reduction * prod(stage.site.stride for stage in self.stages)

    @property
    def depth(self) -> int:
        """Number of blocks."""
        return sum(len(stage.blocks) for stage in self.stages)
