"""Optuna's CMA-ES (Hansen, 2016), kept to open networks."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, ClassVar

from optuna.samplers import CmaEsSampler
from pydantic import Field

from resspec.errors import SearchError
from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler, drawn


class CmaEs(Sampler):
    """Adapts a normal distribution over the ranges of the space; where it is no range, values are drawn at random.
    One objective. Needs the extra `cmaes`. The distribution is remembered with the trials, and moves when a whole
    generation of its own draws is complete."""

    kind: ClassVar[str] = "cmaes"

    population: Annotated[int, Field(ge=2)] | None = None
    """Networks in a generation; by default 4 + 3 ln of the number of ranges."""
    spread: Annotated[float, Field(gt=0)] | None = None
    """The first standard deviation; by default a sixth of the narrowest range."""

    def check(self, objectives: int) -> None:
        """One objective alone, and the package has to be there."""
        if objectives > 1:
            raise SearchError.of("RS540", "cmaes takes one objective", remedy="take bayes, nsga2, nsga3, tpe or gp")
        if find_spec("cmaes") is None:
            raise SearchError.of("RS540", "cmaes is not installed", remedy="pip install 'resspec[cmaes]'")

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """A draw of the distribution, repaired where need be; SearchError where it does not apply."""
        self.check(len(mirror.directions))
        sampler = CmaEsSampler(seed=seed, popsize=self.population, sigma0=self.spread, warn_independent_sampling=False)
        return drawn(sampler, frontier, mirror, seed, most=1)
