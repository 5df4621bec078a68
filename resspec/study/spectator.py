"""Watching a study that other processes run: what changed since the last look is told to an observer."""

from __future__ import annotations

from optuna.trial import FrozenTrial, TrialState

from resspec.study.declaration import Final
from resspec.study.finals import runs_done
from resspec.study.ledger import Ledger
from resspec.study.observer import Observer
from resspec.study.owner import owner_of
from resspec.study.trial import trial_of


class Spectator:
    """Tells an observer of other processes' trials as if they were run here."""

    def __init__(self, ledger: Ledger, observer: Observer, steps: int, final: Final | None = None) -> None:
        self._ledger = ledger
        self._finals = final.repeats * (final.finalists + 1) if final else 0
        self._finals_told = 0
        self._observer = observer
        self._steps = steps
        self._running: dict[int, tuple[str, int]] = {}
        self._finished = {trial.number for trial in ledger.trials() if trial.state.is_finished()}

    def look(self) -> None:
        """Tell what is new."""
        for trial in self._ledger.trials():
            if trial.number in self._finished:
                continue
            if trial.state == TrialState.RUNNING:
                self._tell_running(trial)
            elif trial.state.is_finished():
                self._finished.add(trial.number)
                self._running.pop(trial.number, None)
                self._observer.finished(trial_of(trial))
        if self._finals and not self._running and (done := runs_done(self._ledger.folder)) > self._finals_told:
            self._observer.retraining(min(done, self._finals - 1), self._finals, "by all workers")
            self._finals_told = done

    def _tell_running(self, trial: FrozenTrial) -> None:
        """A trial that began, or went on."""
        owner = owner_of(trial).id
        known, step = self._running.get(trial.number, ("", 0))
        if known != owner:
            self._observer.started(trial_of(trial), self._steps)
            step = 0
        reported = max(trial.intermediate_values, default=0)
        if reported > step:
            self._observer.stepped(trial_of(trial), reported, trial.intermediate_values[reported])
        self._running[trial.number] = owner, reported
