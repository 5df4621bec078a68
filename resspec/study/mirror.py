"""A copy of the study in memory, where Optuna's samplers may draw without leaving a trace in the real one."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import optuna
from optuna.samplers import BaseSampler
from optuna.storages import InMemoryStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from resspec.study.space import Point, Space


class Mirror:
    """The trials of a study, finished and running, in the order of their numbers."""

    def __init__(
        self, space: Space, directions: Sequence[StudyDirection], exact: Sequence[str | None] | None = None
    ) -> None:
        """`exact` names, for each objective, the cost that it is; None for one that is measured."""
        self._space = space
        self.directions = tuple(directions)
        self.exact = tuple(exact) if exact is not None else (None,) * len(self.directions)
        self._told: dict[int, FrozenTrial] = {}
        self._storage = InMemoryStorage()
        with quiet():
            self._study = optuna.create_study(storage=self._storage, study_name="mirror", directions=list(directions))
        self._numbers: dict[int, int] = {}
        self._running: set[int] = set()

    def update(self, trials: Sequence[FrozenTrial]) -> None:
        """Take in new trials and what became of running ones. Waiting trials stay out: Optuna would hand them out
        again."""
        for trial in trials:
            if trial.state == TrialState.WAITING:
                continue
            self._told[trial.number] = trial
            if trial.number not in self._numbers:
                self._numbers[trial.number] = len(self._study.get_trials(deepcopy=False))
                self._study.add_trial(self._seen(trial))
                if trial.state == TrialState.RUNNING:
                    self._running.add(trial.number)
            elif trial.number in self._running and trial.state.is_finished():
                self._finish(trial)

    def trials(self) -> list[FrozenTrial]:
        """The trials of the study, finished and running, by number."""
        return [self._told[number] for number in sorted(self._told)]

    def point(self, trial: FrozenTrial) -> Point:
        """The network of a trial."""
        return self._space.point(trial.params)

    def draw(self, sampler: BaseSampler) -> tuple[Point, dict[str, Any]]:
        """A point of the sampler's choice, perhaps over budget or seen before, and the notes the sampler made with
        it."""
        self._study.sampler = sampler
        trial = self._study.ask(self._space.distributions)
        frozen = self._storage.get_trial(trial._trial_id)  # noqa: SLF001  # Optuna has no public way to a trial's notes
        self._study.tell(trial, state=TrialState.FAIL)  # samplers pass over failed trials
        return self._space.point(frozen.params), dict(frozen.system_attrs)

    def _seen(self, trial: FrozenTrial) -> FrozenTrial:
        """A trial as samplers can take it: with several objectives none of them knows what a pruned one is."""
        if trial.state != TrialState.PRUNED or len(self._study.directions) == 1:
            return trial
        seen = copy.copy(trial)
        seen.state, seen.values = TrialState.FAIL, None
        return seen

    def _finish(self, trial: FrozenTrial) -> None:
        known = self._storage.get_trial_id_from_study_id_trial_number(
            self._storage.get_study_id_from_name("mirror"), self._numbers[trial.number]
        )
        for step, value in trial.intermediate_values.items():
            self._storage.set_trial_intermediate_value(known, step, value)
        seen = self._seen(trial)
        self._storage.set_trial_state_values(known, seen.state, seen.values)
        self._running.discard(trial.number)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna from writing to the terminal; its level is put back."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(max(level, optuna.logging.WARNING))
    try:
        yield
    finally:
        optuna.logging.set_verbosity(level)


@contextmanager
def experimental() -> Iterator[None]:
    """Take what Optuna calls experimental without a warning each time: resspec pins and tests it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield
