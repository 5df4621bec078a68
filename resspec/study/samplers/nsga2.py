"""Optuna's NSGA-II (Deb et al., 2002), kept to open networks."""

from __future__ import annotations

from typing import Annotated, ClassVar

from optuna.samplers import NSGAIISampler
from pydantic import Field

from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler, drawn


class Nsga2(Sampler):
    """Crosses and mutates the best of each generation; the generation is remembered with the trial. Learns from
    complete trials only."""

    kind: ClassVar[str] = "nsga2"

    population: Annotated[int, Field(ge=2)] = 20
    """Networks in a generation."""

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """A child of the current generation, repaired where need be."""
        return drawn(NSGAIISampler(population_size=self.population, seed=seed), frontier, mirror, seed)
