"""Samplers: whatever is named, only open networks come out, and what is learnt is learnt from the trials as they were
run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from resspec.errors import SearchError
from resspec.study.frontier import Exhausted
from resspec.study.mirror import Mirror, experimental
from resspec.study.problem import Problem
from resspec.study.samplers import Sampler
from resspec.study.samplers.evolution import RegularizedEvolution
from resspec.study.samplers.sampler import drawn
from study.formula import cost

Problems = Callable[..., Problem]
KINDS = ("random", "tpe", "nsga2", "nsga3", "evolution", "qmc", "cmaes", "bayes")


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


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "qmc"])  # whose sequence is that of `scramble`
def test_the_same_seeds_propose_the_same_networks(problem: Problems, kind: str):
    one, two = (played(problem(), Sampler.read(kind), narrowness, 30) for _ in range(2))
    other = played(problem(), Sampler.read(kind), narrowness, 30, seed=1)
    assert one == two
    assert one != other


LEARNING = ["tpe", {"kind": "nsga2", "population": 5}, {"kind": "evolution", "population": 5}, "bayes"]


@pytest.mark.parametrize("kind", LEARNING, ids=str)
@pytest.mark.slow
def test_a_sampler_that_learns_finds_better_networks_than_chance(problem: Problems, kind: object):
    space = {f"stages.{s}.{what}": {"low": 4, "high": 15} for s in (1, 2) for what in ("depth", "width")}
    asked = problem(space=space, budgets={"params": "<= 60K"})

    def late(sampler: Sampler, seed: int) -> float:
        return float(np.mean([narrowness(params) for params in played(asked, sampler, narrowness, 60, seed)[-20:]]))

    learnt = np.mean([late(Sampler.read(kind), seed) for seed in range(2)])
    chance = np.mean([late(Sampler.read("random"), seed) for seed in range(2)])
    assert learnt > chance + 3


@pytest.mark.parametrize("kind", [*KINDS, "gp"])
def test_a_sampler_goes_on_in_a_space_that_is_almost_used_up(problem: Problems, kind: str):
    asked = problem()
    frontier, mirror = asked.frontier(), Mirror(asked.space, [StudyDirection.MAXIMIZE])
    inside = [tuple(point.tolist()) for point in frontier.draws(np.random.default_rng(0), 10_000)]
    left = inside[: max(2, len(inside) // 20)]
    trials = []
    for number, point in enumerate(inside[len(left) :]):
        frontier.close(point)
        trials.append(stored(asked, number, TrialState.COMPLETE, point, value=narrowness(asked.space.params(point))))
    mirror.update(trials)
    sampler = Sampler.read(kind)
    for number in range(len(left)):
        point = sampler.propose(frontier, mirror, number).point
        assert frontier.is_open(point)
        frontier.close(point)
    with pytest.raises(Exhausted):
        sampler.propose(frontier, mirror, 0)


def test_the_default_spreads_over_running_trials(problem: Problems):
    asked = problem(budgets={})
    frontier, mirror = asked.frontier(), Mirror(asked.space, [StudyDirection.MAXIMIZE])
    drawn_first = [tuple(point.tolist()) for point in frontier.draws(np.random.default_rng(0), 20)]
    complete = [
        stored(asked, number, TrialState.COMPLETE, point, value=narrowness(asked.space.params(point)))
        for number, point in enumerate(drawn_first)
    ]
    mirror.update(complete)
    alone = Sampler.read("bayes").propose(frontier, mirror, 7).point
    mirror.update([*complete, stored(asked, 20, TrialState.RUNNING, alone)])
    beside = Sampler.read("bayes").propose(frontier, mirror, 7).point
    assert beside != alone  # though nobody closed it


def test_the_default_weighs_measured_objectives_and_takes_costs_as_they_are(problem: Problems):
    asked = problem(budgets={}, objectives=["accuracy", "macs"])
    directions = [StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE]
    frontier, mirror = asked.frontier(), Mirror(asked.space, directions, [None, "macs"])
    trials: list[FrozenTrial] = []
    sampler = Sampler.read("bayes")
    for number in range(25):
        point = sampler.propose(frontier, mirror, number).point
        frontier.close(point)
        params = asked.space.params(point)
        values = [narrowness(params), float(cost(params, "macs"))]
        trials.append(stored(asked, number, TrialState.COMPLETE, point, values=values))
        mirror.update(trials)
    cheap = min(cost(asked.space.params(point), "macs") for point in asked.space.points())
    assert min(trial.values[1] for trial in trials) <= 1.5 * cheap
    assert max(trial.values[0] for trial in trials) >= -3


def test_evolution_is_a_sampler_for_any_study_of_optuna():
    def bowl(trial: optuna.Trial) -> float:
        return (
            trial.suggest_int("x", 0, 50) ** 2
            + (trial.suggest_float("y", -1, 1)) ** 2
            + (trial.suggest_categorical("z", ["a", "b"]) == "a")
        )

    study = optuna.create_study(sampler=RegularizedEvolution(10, 4, seed=0))
    study.optimize(bowl, n_trials=150)
    assert study.best_value < 30
    several = optuna.create_study(sampler=RegularizedEvolution(5, 3, seed=0), directions=["minimize", "maximize"])
    several.optimize(lambda trial: (trial.suggest_int("x", 0, 9), trial.suggest_int("y", 0, 9)), n_trials=40)
    assert len(several.trials) == 40


def test_a_sampler_of_the_users_is_one_of_optunas_interface(problem: Problems):
    asked = problem()
    named = Sampler.read(
        {"kind": "python", "function": "optuna.samplers:QMCSampler", "options": {"qmc_type": "halton"}}
    )
    assert named.runs_code
    with experimental():
        proposed = played(asked, named, narrowness, 10)
    assert len({tuple(params.values()) for params in proposed}) == 10
    for function, law in (("optuna:create_study", "no optuna.samplers.BaseSampler"), ("optuna:nothing", "nothing")):
        with pytest.raises(SearchError, match=law):
            played(asked, Sampler.read({"kind": "python", "function": function}), narrowness, 1)


def test_cmaes_refuses_several_objectives(problem: Problems):
    asked = problem()
    mirror = Mirror(asked.space, [StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE])
    with pytest.raises(SearchError, match="cmaes takes one objective"):
        Sampler.read("cmaes").propose(asked.frontier(), mirror, 0)


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
