"""How much each value of the space matters to each goal."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import FrozenTrial

from resspec.study.mirror import quiet
from resspec.study.objectives import Goal
from resspec.study.result import Result
from resspec.study.trial import trial_of

FEWEST = 4
"""Complete trials from which importance is worked out."""
SEED = 0


@dataclass(frozen=True, slots=True)
class Importance:
    """Shares of one over the space's paths, the largest first. `fanova` explains the variance of a goal over the whole
    space (Hutter et al., ICML 2014), `ped_anova` what sets the best tenth apart (Watanabe et al., IJCAI 2023)."""

    goal: str
    fanova: Mapping[str, float]
    ped_anova: Mapping[str, float]

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"goal": self.goal, "fanova": dict(self.fanova), "ped_anova": dict(self.ped_anova)}


@lru_cache(maxsize=4)
def importances(result: Result) -> tuple[Importance, ...]:
    """The importance of every path for each axis of the result; empty where too few trials are complete."""
    complete = [trial for trial in result.trials if trial.is_complete]
    if len(complete) < FEWEST:
        return ()
    found = []
    for goal in result.axes:
        target = _target(goal)
        if len({trial.figure(goal) for trial in complete}) > 1:
            found.append(Importance(goal.name, _shares(result, target, "fanova"), _shares(result, target, "ped")))
    return tuple(found)


def _target(goal: Goal) -> Callable[[FrozenTrial], float]:
    """A trial's figure, the less the better: what both evaluators take for good."""
    return lambda frozen: -goal.sign * trial_of(frozen).figure(goal)


def _shares(result: Result, target: Callable[[FrozenTrial], float], method: str) -> dict[str, float]:
    evaluator = FanovaImportanceEvaluator(seed=SEED) if method == "fanova" else PedAnovaImportanceEvaluator()
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ties at the tenth, and Optuna's notes on what is experimental
        return dict(get_param_importances(result.study, evaluator=evaluator, target=target))
