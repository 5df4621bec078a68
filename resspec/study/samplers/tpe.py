"""Optuna's tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011), kept to open networks."""

from __future__ import annotations

from typing import Annotated, ClassVar

from optuna.samplers import TPESampler
from pydantic import Field

from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler, drawn


class Tpe(Sampler):
    """Models where good trials lie and where the others do, and proposes where the first outweigh the second."""

    kind: ClassVar[str] = "tpe"

    startup: Annotated[int, Field(ge=1)] = 10
    """Trials drawn at random before the model is used."""
    candidates: Annotated[int, Field(ge=1)] = 24
    """Draws from the model that are compared for one proposal."""

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """A draw of the estimator, repaired where need be."""
        sampler = TPESampler(n_startup_trials=self.startup, n_ei_candidates=self.candidates, seed=seed)
        return drawn(sampler, frontier, mirror, seed)
