"""Regularised evolution (Real et al., AAAI 2019), as a sampler of Optuna's that any study may use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.search_space import intersection_search_space
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState
from pydantic import Field

from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler, drawn


class Evolution(Sampler):
    """Keeps the youngest complete trials, holds a tournament among some of them, and changes one value of the winner.
    Learns from complete trials only."""

    kind: ClassVar[str] = "evolution"

    population: Annotated[int, Field(ge=2)] = 20
    """Networks that are kept; the oldest die, however good."""
    tournament: Annotated[int, Field(ge=1)] = 5
    """Networks of which the best becomes a parent."""

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """A child of the tournament's winner, repaired where need be."""
        return drawn(RegularizedEvolution(self.population, self.tournament, seed), frontier, mirror, seed)


class RegularizedEvolution(BaseSampler):
    """The sampler itself. A child differs from its parent in one value: the next one of a range, any other one of a
    choice. The first `population` trials are random. Of several objectives, a parent is one that no other of the
    tournament dominates."""

    def __init__(self, population: int = 20, tournament: int = 5, seed: int | None = None) -> None:
        self._population = population
        self._tournament = tournament
        self._random = np.random.default_rng(seed)
        self._independent = RandomSampler(seed)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """What all complete trials share."""
        return intersection_search_space(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """The winner's values with one changed; nothing while the first population is not complete."""
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        free = [name for name, distribution in search_space.items() if not distribution.single()]
        if len(complete) < self._population or not free:
            return {}
        living = sorted(complete, key=lambda t: t.number)[-self._population :]
        rivals = [
            living[i] for i in self._random.choice(len(living), min(self._tournament, len(living)), replace=False)
        ]
        parent = winner(rivals, study.directions)
        child = {name: parent.params[name] for name in search_space}
        name = free[self._random.integers(len(free))]
        child[name] = self._changed(search_space[name], child[name])
        return child

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """A random value."""
        return self._independent.sample_independent(study, trial, param_name, param_distribution)

    def _changed(self, distribution: BaseDistribution, value: Any) -> Any:
        """Another value near this one."""
        if isinstance(distribution, CategoricalDistribution):
            others = [choice for choice in distribution.choices if choice is not value]
            return others[self._random.integers(len(others))]
        assert isinstance(distribution, (IntDistribution, FloatDistribution))
        step = distribution.step or (distribution.high - distribution.low) / 10
        near = [value + sign * step for sign in (-1, 1)]
        inside = [other for other in near if distribution._contains(distribution.to_internal_repr(other))]  # noqa: SLF001
        return inside[self._random.integers(len(inside))]


def winner(rivals: Sequence[FrozenTrial], directions: Sequence[StudyDirection]) -> FrozenTrial:
    """The first rival that no other dominates."""

    def figures(trial: FrozenTrial) -> list[float]:
        signs = [1 if direction == StudyDirection.MAXIMIZE else -1 for direction in directions]
        return [sign * value for sign, value in zip(signs, trial.values, strict=True)]

    def dominates(one: list[float], other: list[float]) -> bool:
        return one != other and all(a >= b for a, b in zip(one, other, strict=True))

    return next(trial for trial in rivals if not any(dominates(figures(other), figures(trial)) for other in rivals))
