"""A trial from its claim to its end: whatever a network does, the search goes on."""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from operator import index
from typing import Any, SupportsFloat, SupportsIndex

from optuna.trial import FrozenTrial, TrialState

from resspec.study.evaluators import Bench, Place
from resspec.study.guests import guest
from resspec.study.hands import Hands
from resspec.study.ledger import ERROR, FIGURES, Ledger, Lost
from resspec.study.objectives import values_of
from resspec.study.observer import Observer
from resspec.study.problem import Problem
from resspec.study.proposing import REPLAYS
from resspec.study.rivals import rivals_of
from resspec.study.seeds import Purpose, seed_for
from resspec.study.stopping import Preempted
from resspec.study.trial import Trial, trial_of

logger = logging.getLogger(__name__)


class _Pruned(Exception):  # noqa: N818  # ends a measurement, no error
    """The pruner stopped a trial at this figure of the main measure."""

    def __init__(self, figure: float) -> None:
        super().__init__(figure)
        self.figure = figure


class _Stopped(BaseException):
    """The search itself could not go on: its journal or its observer failed."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class Ended:
    """How a trial ended, what it reached, and what went wrong."""

    state: TrialState
    reached: dict[str, float] = field(default_factory=dict)
    error: str = ""

    @property
    def figures(self) -> dict[str, float]:
        """What is kept as measured: of a complete trial all of it, of others nothing."""
        return self.reached if self.state == TrialState.COMPLETE else {}


class Measuring:
    """Measures trials in one process and records how they ended."""

    def __init__(self, problem: Problem, bench: Bench, ledger: Ledger, observer: Observer, hands: Hands) -> None:
        self._problem = problem
        self._search = problem.search
        self._bench = bench
        self._ledger = ledger
        self._observer = observer
        self._hands = hands

    def __call__(self, frozen: FrozenTrial) -> bool:
        """Measure a trial and record how it ended; whether a callback asked for the search's end. What interrupts it
        ends this process's part; the ledger gives it back."""
        trial, start = trial_of(frozen), time.perf_counter()
        self._observer.started(trial, self._bench.steps)
        try:
            end = self._measured(frozen, trial)
            values = values_of(self._problem.goals, end.reached, trial.prices)
            facts: dict[str, Any] = {FIGURES: {**end.figures, "seconds": time.perf_counter() - start}}
            if end.error:
                facts[ERROR] = end.error
                self._bench.recover()
            ended = self._ledger.finish(frozen, end.state, values, facts)
        except _Stopped as stop:
            raise stop.error from None
        except Lost:
            logger.warning("trial %d was taken over: this process gave no sign of life for too long", trial.number)
            return False
        self._observer.finished(trial_of(ended))
        return self._hands.callbacks.tell(self._ledger.study, ended)

    def _measured(self, frozen: FrozenTrial, trial: Trial) -> Ended:
        """How a trial ended: taken over from an earlier one of its network, or measured."""
        if REPLAYS in frozen.user_attrs:
            earlier = self._ledger.trials()[frozen.user_attrs[REPLAYS]].user_attrs[FIGURES]
            figures = {name: figure for name, figure in earlier.items() if name != "seconds"}
            return Ended(TrialState.COMPLETE, figures)
        seed = seed_for(self._search.seed, Purpose.TRIAL, trial.number)
        place = Place(trial.number, self._ledger.folder, partial(self._ledger.note, frozen))
        try:
            found = self._bench.run(place, trial.spec, seed, partial(self._watch, frozen, trial))
        except (Lost, Preempted):
            raise
        except _Pruned as stop:
            return Ended(TrialState.PRUNED, {next(iter(self._search.evaluator.measures)): stop.figure})
        except (Exception, SystemExit) as error:  # a function that was a script once may exit
            logger.warning("trial %d failed", trial.number, exc_info=True)
            return Ended(TrialState.FAIL, error=f"{type(error).__name__}: {error}")
        if not found.is_finite:
            told = ", ".join(f"{name} {figure}" for name, figure in found.items())
            return Ended(TrialState.FAIL, error=f"not a number: {told}")
        return Ended(TrialState.COMPLETE, dict(found))

    def _watch(self, frozen: FrozenTrial, trial: Trial, step: SupportsIndex, figure: SupportsFloat) -> None:
        """Take a report of the main measure; what is poor is stopped."""
        number, value = plain(step, figure)
        try:
            reported = self._ledger.report(frozen, number, value)
            self._observer.stepped(trial, number, value)
            is_poor = number < self._bench.steps and self._is_poor(reported)
        except Lost:
            raise
        except Exception as error:
            raise _Stopped(error) from error
        if is_poor:
            raise _Pruned(value)

    def _is_poor(self, reported: FrozenTrial) -> bool:
        """Whether the pruner stops a trial, compared with those of like cost where cost is an objective too."""
        measures = self._search.evaluator.measures
        rivals = rivals_of(self._ledger.study, reported, self._problem.goals, measures)
        with guest("the pruner") if self._search.pruner.runs_code else nullcontext():
            return bool(self._hands.pruner.prune(rivals, reported))


def plain(step: SupportsIndex, figure: SupportsFloat) -> tuple[int, float]:
    """A report in plain numbers, whatever kind of number it came in (a tensor, one of numpy's); what is none fails the
    trial that reports it."""
    if index(step) < 1:
        raise ValueError(f"a report's steps count from 1, not from {index(step)}")
    return index(step), float(figure)
