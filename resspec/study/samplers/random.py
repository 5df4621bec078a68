"""Random search without replacement."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler


class Random(Sampler):
    """Any open network, all equally likely, however many points of the space mean the same network."""

    kind: ClassVar[str] = "random"

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """A uniform draw."""
        return Proposal(frontier.uniform(np.random.default_rng(seed)))
