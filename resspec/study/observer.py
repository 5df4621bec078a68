"""Who watches a search. The library itself writes nothing to the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resspec.study.problem import Problem
    from resspec.study.profile import Profile
    from resspec.study.result import Result
    from resspec.study.trial import Trial


class Observer:
    """Told what happens, in the process and thread of the search. Every verb does nothing here."""

    def opened(self, problem: Problem, profile: Profile, trials: list[Trial], total: int) -> None:
        """The study is open and can be met; `trials` are those of earlier runs."""

    def started(self, trial: Trial, steps: int) -> None:
        """A trial begins; it will report up to `steps` times."""

    def stepped(self, trial: Trial, step: int, accuracy: float) -> None:
        """A trial reported its validation accuracy."""

    def finished(self, trial: Trial) -> None:
        """A trial is complete, pruned or failed."""

    def exhausted(self, tried: int) -> None:
        """Every network inside the budgets has a trial: the search ends before its total."""

    def stopped(self, tried: int) -> None:
        """A callback asked for the end of the search, after so many trials."""

    def retraining(self, done: int, total: int, name: str) -> None:
        """A final run begins, after `done` of `total`; `name` says of which network."""

    def ended(self, result: Result) -> None:
        """All is done and written."""

    def already_done(self, result: Result) -> None:
        """There was nothing left to do."""

    def close(self) -> None:
        """No more will be told, whatever the reason."""
