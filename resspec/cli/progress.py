"""Watching a search: a live bar on a terminal, elsewhere a line for each trial. All on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from resspec.cli.printing import percent
from resspec.study.observer import Observer

if TYPE_CHECKING:
    from rich.progress import Progress

    from resspec.study.problem import Problem
    from resspec.study.profile import Profile
    from resspec.study.result import Result
    from resspec.study.trial import Trial


def watcher(*, quiet: bool) -> Observer:
    """Who watches: nobody, a live bar on a terminal, else lines."""
    if quiet:
        return Observer()
    return Bar() if sys.stderr.isatty() else Lines()


class Lines(Observer):
    """A line for each thing that happens."""

    def __init__(self) -> None:
        self.total = 0
        self.best: Trial | None = None

    def say(self, text: str) -> None:
        """Print a line."""
        typer.echo(text, err=True)

    def opened(self, problem: Problem, profile: Profile, trials: list[Trial], total: int) -> None:
        """Tell the size of the space, and where an earlier run stopped."""
        self.total = total
        self.say(str(profile))
        for trial in trials:
            self.keep(trial)
        done = sum(trial.state.is_finished() for trial in trials)
        if done:
            self.say(f"goes on: {done} of {total} trials are done")

    def finished(self, trial: Trial) -> None:
        """Tell a trial's end and the best so far."""
        self.keep(trial)
        self.say(f"{told(trial)}; {self.leader()}")

    def exhausted(self, tried: int) -> None:
        """Tell that nothing is left to try."""
        self.say(f"every network inside the budgets was tried: {tried} trials instead of {self.total}")

    def retraining(self, done: int, total: int, name: str) -> None:
        """Tell which finalist is trained."""
        self.say(f"final run {done + 1} of {total}: {name}")

    def already_done(self, result: Result) -> None:
        """Tell that there was nothing to do."""
        self.say(f"done already; remove {result.path} or give another --path to search again")

    def keep(self, trial: Trial) -> None:
        """Remember the best."""
        if trial.is_complete and (self.best is None or (trial.value or 0.0) > (self.best.value or 0.0)):
            self.best = trial

    def leader(self) -> str:
        """The best so far."""
        return f"best {percent(self.best.value)} (trial {self.best.number})" if self.best else "none complete yet"


class Bar(Lines):
    """A live bar over trials and final runs: how many are done, the best so far, the time left."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = bar()
        self.task = self.progress.add_task("starting", total=None)
        self.trials = 0
        self.steps = 1

    def say(self, text: str) -> None:
        """Print above the bar."""
        self.progress.console.print(text, highlight=False, markup=False)

    def opened(self, problem: Problem, profile: Profile, trials: list[Trial], total: int) -> None:
        """Start the bar; the final runs count as trials do."""
        super().opened(problem, profile, trials, total)
        final = problem.search.final
        self.trials = sum(trial.state.is_finished() for trial in trials)
        self.progress.update(self.task, total=total + (final.repeats * (final.finalists + 1) if final else 0))
        self.progress.start()
        self.move(self.trials)

    def started(self, trial: Trial, steps: int) -> None:
        """A trial begins."""
        self.steps = steps

    def stepped(self, trial: Trial, step: int, accuracy: float) -> None:
        """Move by a part of a trial."""
        self.move(self.trials + step / self.steps)

    def finished(self, trial: Trial) -> None:
        """Move to the next trial."""
        self.keep(trial)
        self.trials += 1
        self.move(self.trials)

    def retraining(self, done: int, total: int, name: str) -> None:
        """Move through the final runs."""
        self.progress.update(
            self.task,
            completed=self.total + done,
            total=self.total + total,
            description=f"final run {done + 1}/{total}",
        )

    def move(self, completed: float) -> None:
        """Show how far it is."""
        self.progress.update(
            self.task,
            completed=completed,
            description=f"trial {min(self.trials + 1, self.total)}/{self.total}, {self.leader()}",
        )

    def close(self) -> None:
        """Give the terminal back."""
        self.progress.stop()


def bar() -> Progress:
    """A bar on standard error that vanishes when it is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def told(trial: Trial) -> str:
    """How a trial ended, in words."""
    ended = trial.error or percent(trial.value)
    costs = f"{trial.costs.params:,} params, {trial.costs.macs:,} macs"
    return f"trial {trial.number} {trial.state.name.lower()}: {ended} at {costs}"
