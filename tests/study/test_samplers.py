"""Samplers: whatever is named, only open networks come out, and what is learnt is learnt from the trials as they were
run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from resspec.study.frontier import Exhausted
from resspec.study.mirror import Mirror
from resspec.study.problem import Problem
from resspec.study.samplers import Sampler
from resspec.study.samplers.sampler import drawn

Problems = Callable[..., Problem]
KINDS = ("random", "tpe", "nsga2")


def played(
    asked: Problem, sampler: Sampler, value: Callable[[dict[str, Any]], float], most: int, seed: int = 0
) -> list[dict[str, Any]]:
    """The points a sampler proposes one after another, each told its value."""
    frontier, mirror = asked.frontier(), Mirror(asked.space, [StudyDirection.MAXIMIZE])
    trials: list[FrozenTrial] = []
    for number in range(most):
        try:
            proposal = sampler.propose(frontier, mirror, seed * 10_000 + number)
        except Exhausted:
            break
        frontier.close(proposal.point)
        params = asked.space.params(proposal.point)
        trial = create_trial(
            params=params,
            distributions=asked.space.distributions,
            value=value(params),
            system_attrs=dict(proposal.notes),
        )
        trial.number = number
        trials.append(trial)
        mirror.update(trials)
    return [trial.params for trial in trials]


def narrowness(params: dict[str, Any]) -> float:
    return -float(abs(params["stages.1.width"] - 8) + abs(params["stages.2.width"] - 16) + params["stages.1.depth"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_sampler_proposes_every_network_inside_the_budget_once_and_then_ends(problem: Problems, kind: str):
    asked = problem()
    proposed = played(asked, Sampler.read(kind), narrowness, 1_000)
    inside = asked.profile().feasible
    assert len({tuple(params.values()) for params in proposed}) == len(proposed) == inside
    assert all(asked.pricer.price(params).params <= 12_000 for params in proposed)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seeds_propose_the_same_networks(problem: Problems, kind: str):
    one, two = (played(problem(), Sampler.read(kind), narrowness, 30) for _ in range(2))
    other = played(problem(), Sampler.read(kind), narrowness, 30, seed=1)
    assert one == two
    assert one != other


@pytest.mark.parametrize("kind", ["tpe", {"kind": "nsga2", "population": 5}])
def test_a_sampler_that_learns_finds_better_networks_than_chance(problem: Problems, kind: object):
    space = {f"stages.{s}.{what}": {"low": 4, "high": 15} for s in (1, 2) for what in ("depth", "width")}
    asked = problem(space=space, budgets={"params": "<= 60K"})

    def late(sampler: Sampler, seed: int) -> float:
        return float(np.mean([narrowness(params) for params in played(asked, sampler, narrowness, 60, seed)[-20:]]))

    learnt = np.mean([late(Sampler.read(kind), seed) for seed in range(2)])
    chance = np.mean([late(Sampler.read("random"), seed) for seed in range(2)])
    assert learnt > chance + 3


class Stubborn(BaseSampler):
    """Draws the same point for ever."""

    def infer_relative_search_space(self, study: Any, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(
        self, study: Any, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return {}

    def sample_independent(self, study: Any, trial: FrozenTrial, param_name: str, param_distribution: Any) -> Any:
        return param_distribution.high


def test_a_sampler_that_repeats_itself_is_repaired_to_new_networks_near_its_wish(problem: Problems):
    asked = problem()
    frontier, mirror = asked.frontier(), Mirror(asked.space, [StudyDirection.MAXIMIZE])
    wish = tuple(len(dimension) - 1 for dimension in asked.space.dimensions)
    far = []
    for number in range(asked.profile().feasible or 0):
        point = drawn(Stubborn(), frontier, mirror, number).point
        frontier.close(point)
        far.append(round(float(asked.space.distances(np.array([point]), wish)[0]), 6))
    assert far == sorted(far)
    with pytest.raises(Exhausted):
        drawn(Stubborn(), frontier, mirror, 0)


def stored(asked: Problem, number: int, state: TrialState, point: Sequence[int], **more: Any) -> FrozenTrial:
    trial = create_trial(
        state=state, params=asked.space.params(tuple(point)), distributions=asked.space.distributions, **more
    )
    trial.number = number
    return trial


def test_the_mirror_follows_trials_as_they_start_and_end(problem: Problems):
    asked = problem()
    mirror = Mirror(asked.space, [StudyDirection.MAXIMIZE])
    running = stored(asked, 1, TrialState.RUNNING, (1, 1, 1, 1))
    waiting = stored(asked, 2, TrialState.WAITING, (2, 1, 1, 1))
    mirror.update([stored(asked, 0, TrialState.COMPLETE, (0, 0, 0, 0), value=0.5), running, waiting])
    mirror.draw(TPESampler(seed=0))
    pruned = stored(asked, 1, TrialState.PRUNED, (1, 1, 1, 1), value=0.2, intermediate_values={1: 0.1, 2: 0.2})
    mirror.update([stored(asked, 0, TrialState.COMPLETE, (0, 0, 0, 0), value=0.5), pruned, waiting])
    trials = mirror._study.get_trials()
    assert [trial.state for trial in trials] == [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL]
    assert trials[1].intermediate_values == {1: 0.1, 2: 0.2}
    assert trials[1].value == 0.2
