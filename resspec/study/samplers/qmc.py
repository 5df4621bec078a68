"""Quasi-random search: points that fill the space evenly."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.stats.qmc import Sobol

from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler

DRAWS = 8
"""Points of the sequence that a trial may look at."""


class Qmc(Sampler):
    """A scrambled Sobol sequence over the space (Owen, 1998): each trial has its own stretch of it, so that neither
    restarts nor workers repeat a point. Learns nothing."""

    kind: ClassVar[str] = "qmc"

    scramble: Annotated[int, Field(ge=0)] = 0
    """Which scrambling; all trials share it."""

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """The first open point of the trial's stretch, else the open network nearest to its first point."""
        frontier.check()
        shape = frontier.chain.space.shape
        number = len(mirror.trials())
        points = stretch(self.scramble, number, shape)
        kept = points[frontier.open_among(points)]
        if len(kept):
            return Proposal(tuple(kept[0].tolist()))
        return Proposal(frontier.nearest(tuple(points[0].tolist()), np.random.default_rng(seed)))


def stretch(scramble: int, number: int, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """The points of the sequence that a trial looks at."""
    shares = _block(scramble, number // BLOCK, len(shape))[number % BLOCK * DRAWS :][:DRAWS]
    return np.asarray(np.minimum((shares * np.array(shape)).astype(np.intp), np.array(shape) - 1))


BLOCK = 128
"""Trials whose stretches are drawn at once."""


@lru_cache(maxsize=4)
def _block(scramble: int, number: int, dimensions: int) -> NDArray[np.float64]:
    sequence = Sobol(dimensions, scramble=True, rng=np.random.default_rng(scramble))
    if number:
        sequence.fast_forward(number * BLOCK * DRAWS)
    return np.asarray(sequence.random(BLOCK * DRAWS))
