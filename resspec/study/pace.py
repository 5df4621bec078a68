"""How fast a search goes, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Sequence

from optuna.trial import TrialState

from resspec.study.figures import CLASSIFICATION, Measures
from resspec.study.front import front_of
from resspec.study.objectives import Goal
from resspec.study.trial import Trial, ranked


class Pace:
    """Counts what is done; the time left follows from the trials of this run."""

    def __init__(
        self,
        before: list[Trial],
        total: int,
        final_runs: int,
        preference: Measures = CLASSIFICATION,
        main: str = "accuracy",
        axes: Sequence[Goal] = (),
    ) -> None:
        self.start = time.monotonic()
        self.total = total
        self.done = {trial.number: trial for trial in before if trial.state.is_finished()}
        self._final_runs = final_runs
        self._preference = preference
        self.main = main
        self.axes = tuple(axes)
        self._mine: list[Trial] = []

    def count(self, trial: Trial) -> None:
        """A trial of this run is finished."""
        self.done[trial.number] = trial
        self._mine.append(trial)

    @property
    def ranked(self) -> list[Trial]:
        """The complete trials so far, the best first."""
        return ranked(list(self.done.values()), self._preference)

    @property
    def best(self) -> Trial | None:
        """The best complete trial so far."""
        return next(iter(self.ranked), None)

    @property
    def elapsed(self) -> float:
        """Seconds since the start of this run."""
        return time.monotonic() - self.start

    def seconds_left(self) -> float | None:
        """Seconds that the remaining trials and the last comparison will take; None before the first trial of this
        run."""
        if not self._mine:
            return None
        each = self.elapsed / len(self._mine)
        full = [trial.seconds for trial in self._mine if trial.state == TrialState.COMPLETE]
        again = sum(full) / len(full) if full else each
        return (self.total - len(self.done)) * each + self._final_runs * again

    @property
    def rate(self) -> float:
        """Trials a minute in this run, over all workers; 0 before the first."""
        return 60 * len(self._mine) / self.elapsed if self._mine else 0.0

    @property
    def front(self) -> tuple[Trial, ...]:
        """The front so far."""
        return front_of(list(self.done.values()), self.axes)
