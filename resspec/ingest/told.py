"""What names and shapes tell of a network, in the words of the language where there are words for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from resspec.ingest.words import Data, Middles
from resspec.spec.net import NetSpec

FAMILIES = ("stage", "block", "conv", "shortcut", "norm", "gate")
"""The families that a stage's tensors tell of."""


@dataclass(frozen=True, slots=True)
class ToldStage:
    """A stage: its size, the words of its parts by family (without those that its tensors leave open), and its stride
    where they show it (0 where it is open, 2 where it is at least that); `blocks` are words of single blocks by their
    place, where no words fit them all."""

    depth: int
    width: int
    stride: int
    parts: Data = field(default_factory=dict)
    facts: tuple[Middles, ...] = ()
    blocks: dict[int, Data] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A network: channels and, where a part is bound to one, side of its images; stem, stages, final and head."""

    channels: int
    side: int
    stem: Data
    stages: tuple[ToldStage, ...]
    final: Data | None
    head: Data


@dataclass(frozen=True, slots=True)
class Inferred:
    """A spec whose tensors are the given ones; `naming` is the peer's whose names they bear, `like` the shipped spec
    that lent what shapes do not tell, `equals` the shipped specs with these tensors that are other networks; `body` is
    the shipped classifier whose body stands in place of its own; `teller` tells the rest where no shipped spec does."""

    spec: NetSpec
    naming: str
    like: str
    equals: tuple[str, ...]
    body: str = ""
    teller: str = ""


class UnknownError(ValueError):
    """Tensors that no part of the language has."""
