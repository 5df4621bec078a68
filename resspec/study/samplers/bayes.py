"""The default: Bayesian optimisation over what is known of every network for free."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from pydantic import Field

from resspec.study.columns import PLACES
from resspec.study.frontier import Frontier
from resspec.study.mirror import Mirror
from resspec.study.samplers.sampler import Proposal, Sampler
from resspec.study.surrogate import Floats, Surrogate, fitted_kernel, improvement, surrogate

Points = NDArray[np.intp]

KEPT = 320
"""Observations that the process is given at most: the best third of them, and others at random."""
BEST = 5
"""Networks whose neighbours are looked at."""
EACH = 40
"""Neighbours of each, at each distance."""
REFIT = 5
"""From 30 trials on, the kernel is fitted anew when so many more are there."""
PRUNED_AS = 0.25
"""The quantile of complete trials that a pruned one counts as: it was worse than most, and its end was never seen."""
DRAWS = 64
"""Draws of each candidate's figures where several objectives are weighed."""
SLOPE = 0.05
"""Part of the plain sum in the weighed worst objective (Knowles, ParEGO, 2006)."""


class Bayes(Sampler):
    """Fits a Gaussian process (Matérn 5/2) to the trials, over each network's costs in all and by stage, its profile
    of depth, width and resolution, and its choices, and proposes the open network of greatest expected improvement.
    Running trials count as though they had come out as predicted, so that workers spread. With several objectives
    each one that is measured has a process, exact costs are taken as they are, and every proposal weighs them anew."""

    kind: ClassVar[str] = "bayes"

    startup: Annotated[int, Field(ge=2)] = 8
    """Trials drawn at random before the model is used."""
    pool: Annotated[int, Field(ge=1)] = 2_000
    """Open networks drawn for a proposal, beside the neighbours of the best; fewer where each has to be composed as a
    whole."""

    def propose(self, frontier: Frontier, mirror: Mirror, seed: int) -> Proposal:
        """The candidate of greatest expected improvement; a uniform draw before there is enough to learn from."""
        frontier.check()
        random = np.random.default_rng(seed)
        trials = [trial for trial in mirror.trials() if trial.state != TrialState.FAIL]
        told = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        if len(told) < self.startup:
            return Proposal(frontier.uniform(random))
        values = oriented(told, mirror.directions)
        points = np.array([mirror.point(trial) for trial in told], np.intp)
        best = points[np.argsort(-weighed(scaled(values, values), np.ones(values.shape[1])), kind="stable")[:BEST]]
        candidates = self._candidates(frontier, best, random)
        model = _Model(frontier, mirror, trials, values, random)
        scores = model.scores(candidates)
        return Proposal(tuple(candidates[int(scores.argmax())].tolist()))

    def _candidates(self, frontier: Frontier, best: Points, random: np.random.Generator) -> Points:
        """Open networks drawn uniformly, and neighbours of the best."""
        each = -(-frontier.affordable(len(best) * EACH) // len(best))
        near = frontier.neighbours(best, each, random)
        drawn = frontier.draws(random, frontier.affordable(self.pool))
        return np.concatenate([drawn, near]) if len(near) else drawn if len(drawn) else uniform(frontier, random)


def uniform(frontier: Frontier, random: np.random.Generator) -> Points:
    """One open network; Exhausted when there is none."""
    return np.array([frontier.uniform(random)], np.intp)


class _Model:
    """What the trials say of each objective, and how candidates are scored by it."""

    def __init__(
        self,
        frontier: Frontier,
        mirror: Mirror,
        trials: Sequence[FrozenTrial],
        values: Floats,
        random: np.random.Generator,
    ) -> None:
        self._frontier = frontier
        self._exact = mirror.exact
        self._signs = signs(mirror.directions)
        self._random = random
        self._values = values
        complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        pruned = [trial for trial in trials if trial.state == TrialState.PRUNED]
        running = [trial for trial in trials if trial.state == TrialState.RUNNING]
        self._points = np.array([mirror.point(trial) for trial in (*complete, *pruned)], np.intp)
        self._pending = np.array([mirror.point(trial) for trial in running], np.intp)
        self._columns = [
            np.concatenate([column, np.full(len(pruned), np.quantile(column, PRUNED_AS))]) for column in values.T
        ]

    def scores(self, candidates: Points) -> Floats:
        """How much each candidate may be hoped to better the best."""
        features = self._frontier.described(candidates)
        if len(self._columns) == 1:
            model = self._process(0)
            mean, deviation = model.predict(features)
            known, _ = model.predict(self._frontier.described(self._points))
            return improvement(mean, deviation, float(known.max()))
        weights = self._random.dirichlet(np.ones(len(self._columns)))
        drawn = np.stack([self._drawn(number, candidates, features) for number in range(len(self._columns))], axis=-1)
        known = weighed(scaled(self._values, self._values), weights)
        gained = weighed(scaled(drawn, self._values), weights) - known.max()
        return np.asarray(np.maximum(gained, 0).mean(axis=0) + 1e-6 * gained.mean(axis=0))

    def _drawn(self, number: int, candidates: Points, features: Floats) -> Floats:
        """Draws [DRAWS, candidates] of an objective; an exact cost is itself each time."""
        cost = self._exact[number]
        if cost is not None:
            costs = self._signs[number] * self._frontier.chain.price(candidates).costs[:, PLACES[cost]]
            return np.tile(costs.astype(np.float64), (DRAWS, 1))
        mean, deviation = self._process(number).predict(features)
        return np.asarray(mean + deviation * self._random.standard_normal((DRAWS, len(mean))))

    def _process(self, number: int) -> Surrogate:
        """The process of an objective, running trials at their predicted values."""
        values = self._columns[number]
        rows = kept(values)
        features = self._frontier.described(self._points)
        model = surrogate(self._kernel(features, values), features[rows], values[rows])
        if not len(self._pending):
            return model
        waiting = self._frontier.described(self._pending)
        believed = np.concatenate([values[rows], model.predict(waiting)[0]])
        return surrogate(model.fitted, np.concatenate([features[rows], waiting]), believed)

    def _kernel(self, features: Floats, values: Floats) -> Any:
        """The kernel fitted to the first trials, as many as are there up to the last refit."""
        count = len(values) if len(values) < 30 else len(values) - len(values) % REFIT
        rows = kept(values[:count], FIT_ROWS)
        spread = values[rows].std() or 1.0
        standard = (values[rows] - values[rows].mean()) / spread
        return _fitted(features[rows].tobytes(), standard.tobytes(), features.shape[1])


FIT_ROWS = 120
"""Observations that the kernel is fitted to at most."""


@lru_cache(maxsize=16)
def _fitted(features: bytes, values: bytes, width: int) -> Any:
    return fitted_kernel(np.frombuffer(features).reshape(-1, width), np.frombuffer(values))


def kept(values: Floats, most: int = KEPT) -> NDArray[np.intp]:
    """The rows of the best third, and others spread evenly over time, where there are more than `most`."""
    if len(values) <= most:
        return np.arange(len(values))
    best = np.argsort(-values, kind="stable")[: most // 3]
    others = np.setdiff1d(np.arange(len(values)), best)
    return np.sort(np.concatenate([best, others[np.linspace(0, len(others) - 1, most - len(best)).astype(np.intp)]]))


def signs(directions: Sequence[StudyDirection]) -> list[float]:
    """1 for what is to grow, -1 for what is to shrink."""
    return [1.0 if direction == StudyDirection.MAXIMIZE else -1.0 for direction in directions]


def oriented(trials: Sequence[FrozenTrial], directions: Sequence[StudyDirection]) -> Floats:
    """The objectives of complete trials, [trials, objectives], all to be maximised."""
    return np.asarray(np.array([trial.values for trial in trials], np.float64) * np.array(signs(directions)))


def scaled(values: Floats, known: Floats) -> Floats:
    """Objectives as shares of the range that is known, 1 the best."""
    low, high = known.min(axis=0), known.max(axis=0)
    return np.asarray((values - low) / np.where(high > low, high - low, 1.0))


def weighed(shares: Floats, weights: Floats) -> Floats:
    """The augmented Tchebycheff scalar of scaled objectives: the worst weighted loss, and a little of all of them."""
    losses = weights * (1 - shares)
    return np.asarray(-losses.max(axis=-1) - SLOPE * losses.sum(axis=-1))
