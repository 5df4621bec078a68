"""Optuna's Gaussian process sampler, kept to open networks."""

from __future__ import annotations

from typing import Annotated, ClassVar

from optuna.samplers import GPSampler
from pydantic import Field

from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror, experimental
from resspec.study.samplers.sampler import Proposal, Sampler, drawn


class Gp(Sampler):
    """A Gaussian process over the space's parameters alone, and slow beyond some hundred trials; `bayes` knows the
    networks behind them. Learns from complete trials only, running ones counted in."""

    kind: ClassVar[str] = "gp"

    startup: Annotated[int, Field(ge=1)] = 10
    """Trials drawn at random before the model is used."""
    deterministic: bool = False
    """Whether equal networks get equal values."""

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """The point of greatest expected improvement, repaired where need be."""
        with experimental():
            sampler = GPSampler(seed=seed, n_startup_trials=self.startup, deterministic_objective=self.deterministic)
            return drawn(sampler, frontier, mirror, seed, most=1)
