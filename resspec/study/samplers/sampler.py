"""What a sampler is: it proposes an open network, that is one inside every budget that no trial has."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from optuna.samplers import BaseSampler

from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.space import Point
from resspec.training.plugin import Plugin

DRAWS = 2
"""How often a sampler of Optuna's is asked before its last draw is repaired. Resampling alone collapses: as a sampler
grows sure of itself, it repeats what was tried or lies over budget."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open network, and what the sampler wants to remember with its trial."""

    point: Point
    notes: Mapping[str, Any] = field(default_factory=dict)


class Sampler(Plugin):
    """Proposes networks. A proposal depends on the trials so far and its seed alone, so that a resumed search goes on
    as if it had not been stopped."""

    family: ClassVar[str] = "sampler"
    home: ClassVar[str] = "resspec.study.samplers"
    group: ClassVar[str] = "resspec.samplers"

    @property
    def runs_code(self) -> bool:
        """Whether the file names Python code to run, which someone has to allow."""
        return False

    def check(self, objectives: int) -> None:  # most serve any search
        """SearchError where it cannot serve a search with so many objectives; asked before the first trial."""

    @abstractmethod
    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """An open network; `Exhausted` when there is none."""


def drawn(sampler: BaseSampler, frontier: Frontier, mirror: Mirror, seed: int, most: int = DRAWS) -> Proposal:
    """The first open network of a few draws from one of Optuna's samplers, else the open network nearest to the last
    draw.

    The sampler learns from the trials as they were run: a repaired point is what it sees, not the one it drew.
    """
    frontier.check()
    for _ in range(most):
        point, notes = mirror.draw(sampler)
        if frontier.is_open(point):
            return Proposal(point, notes)
    return Proposal(frontier.nearest(point, np.random.default_rng(seed)), notes)
