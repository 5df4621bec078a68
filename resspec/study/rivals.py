"""Whom a trial is compared with when it may be pruned."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from typing import Any

from optuna.storages import BaseStorage
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from resspec.study.figures import Measures
from resspec.study.objectives import Goal, main_goal

DIRECTIONS = {"maximize": StudyDirection.MAXIMIZE, "minimize": StudyDirection.MINIMIZE}


def directions_of(goals: Sequence[Goal]) -> list[StudyDirection]:
    """The directions of a study that is after these goals."""
    return [DIRECTIONS[goal.direction] for goal in goals]


class Rivals:
    """A study's storage as the pruner of one trial sees it: the one objective is the main measure, and it holds the
    trials of like cost alone, so that no network is stopped for being small. Optuna's own `report` and `should_prune`
    raise where there are several objectives. Whatever a pruner writes goes to the real storage."""

    def __init__(self, storage: BaseStorage, trial: FrozenTrial, goals: Sequence[Goal], measures: Measures) -> None:
        self._storage = storage
        self._trial = trial
        self._direction = DIRECTIONS[main_goal(measures).direction]
        self._costs = [goal.name for goal in goals if goal.is_cost]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        """That of the main measure."""
        return [self._direction]

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """The trial itself and, of each state, the half nearest in cost."""
        trials = self._storage.get_all_trials(study_id, deepcopy=deepcopy, states=states)
        return self._near(trials) if self._costs else trials

    def _near(self, trials: list[FrozenTrial]) -> list[FrozenTrial]:
        kept = {self._trial.number}
        for state in {trial.state for trial in trials}:
            same = [t for t in trials if t.state == state and t.number != self._trial.number]
            near = sorted(same, key=lambda t: (self._distance(t), t.number))
            kept |= {trial.number for trial in near[: math.ceil(len(near) / 2)]}
        return [trial for trial in trials if trial.number in kept]

    def _distance(self, other: FrozenTrial) -> float:
        """By which factors the costs differ, as a distance between their logarithms."""
        mine, theirs = (t.user_attrs.get("costs", {}) for t in (self._trial, other))
        return math.hypot(*(math.log((1 + mine.get(n, 0)) / (1 + theirs.get(n, 0))) for n in self._costs))


def rivals_of(study: Study, trial: FrozenTrial, goals: Sequence[Goal], measures: Measures) -> Study:
    """The study that a pruner is shown: the real one where the search is after the main measure alone."""
    if tuple(goals) == (main_goal(measures),):
        return study
    rivals = Rivals(study._storage, trial, goals, measures)  # noqa: SLF001  # Optuna has no public way to a study's storage
    return Study(study.study_name, rivals)  # type: ignore[arg-type]  # it answers all that a storage does
