"""Optuna's NSGA-III (Deb & Jain, 2014), kept to open networks."""

from __future__ import annotations

from typing import Annotated, ClassVar

from optuna.samplers import NSGAIIISampler
from pydantic import Field

from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror, experimental
from resspec.study.samplers.sampler import Proposal, Sampler, drawn


class Nsga3(Sampler):
    """NSGA-II with reference points in the place of crowding, for three and more objectives. Learns from complete
    trials only."""

    kind: ClassVar[str] = "nsga3"

    population: Annotated[int, Field(ge=2)] = 20
    """Networks in a generation."""

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """A child of the current generation, repaired where need be."""
        with experimental():
            return drawn(NSGAIIISampler(population_size=self.population, seed=seed), frontier, mirror, seed)
