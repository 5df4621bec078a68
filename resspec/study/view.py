"""A search as it runs: a live view on a terminal, a line per trial elsewhere."""

from __future__ import annotations

import time

from optuna.trial import TrialState
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from resspec.study.observer import Observer
from resspec.study.pace import Pace
from resspec.study.problem import Problem
from resspec.study.profile import Profile
from resspec.study.result import Result
from resspec.study.trial import Trial
from resspec.study.words import costs, duration, layout, measured

SHOWN = 5
BAR_WIDTH = 40
PAUSE = 0.1
"""Seconds between two drawings."""


def view_on(console: Console) -> Observer:
    """The view that suits a console."""
    return LiveView(console) if console.is_terminal else LineView(console)


class LineView(Observer):
    """A line for every trial, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pace = Pace([], 0, 0)

    def opened(self, problem: Problem, profile: Profile, trials: list[Trial], total: int) -> None:
        """Say what is searched, and from where it goes on."""
        self._pace = Pace(trials, total, final_runs(problem), problem.preference, problem.main)
        self._say(str(profile))
        if trials:
            self._say(f"going on after {len(self._pace.done)} of {total} trials")

    def finished(self, trial: Trial) -> None:
        """Say how a trial ended."""
        self._pace.count(trial)
        left = self._pace.seconds_left()
        done = f"{len(self._pace.done)}/{self._pace.total}"
        best = self._pace.best
        said = [f"trial {trial.number} {outcome(trial, self._pace.main)}", layout(trial), costs(trial)]
        said += [f"best {measured(self._pace.main, best.score)} (trial {best.number})"] if best else []
        said += [f"{duration(left)} left"] if left else []
        self._say(f"{done}  " + "  ".join(said))

    def exhausted(self, tried: int) -> None:
        """Say that nothing is left to try."""
        self._say(f"space exhausted: all {tried} networks inside the budgets were tried")

    def retraining(self, done: int, total: int, name: str) -> None:
        """Say which network is trained again."""
        self._say(f"training again {done + 1}/{total}: {name}")

    def already_done(self, result: Result) -> None:
        """Say that there is nothing to do."""
        self._say(f"already done: {len(result.trials)} trials in {result.path}")

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


class LiveView(Observer):
    """Trials done, the running one, the best so far and the time left, drawn anew as they change."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._pace = Pace([], 0, 0)
        self._title = ""
        self._now = ""
        self._again: tuple[int, int] | None = None
        self._base: Trial | None = None
        self._base_print = ""
        self._steps = 0
        self._shown = 0.0

    def opened(self, problem: Problem, profile: Profile, trials: list[Trial], total: int) -> None:
        """Start drawing."""
        self._pace = Pace(trials, total, final_runs(problem), problem.preference, problem.main)
        self._title = profile.summary()
        self._base_print = problem.base_fingerprint
        self._find_base(trials)
        self._live = Live(console=self._console, refresh_per_second=2, get_renderable=self._drawn, transient=True)
        self._live.start()

    def started(self, trial: Trial, steps: int) -> None:
        """Show the running trial."""
        self._steps = steps
        self._now = f"trial {trial.number}  {layout(trial)}  {costs(trial)}"

    def stepped(self, trial: Trial, step: int, accuracy: float) -> None:
        """Show how far the running trial is."""
        reached = measured(self._pace.main, accuracy)
        self._now = f"trial {trial.number}  {layout(trial)}  {costs(trial)}  epoch {step}/{self._steps}  {reached}"
        self._redraw()

    def finished(self, trial: Trial) -> None:
        """Count a trial."""
        self._pace.count(trial)
        self._find_base([trial])
        self._redraw()

    def exhausted(self, tried: int) -> None:
        """Leave a line that nothing is left to try."""
        self._console.print(f"space exhausted: all {tried} networks inside the budgets were tried")

    def retraining(self, done: int, total: int, name: str) -> None:
        """Show which network is trained again."""
        self._again = (done, total)
        self._now = f"training again: {name}"
        self._redraw()

    def ended(self, result: Result) -> None:
        """Stop drawing."""
        self.close()

    def already_done(self, result: Result) -> None:
        """Say that there was nothing to do."""
        self.close()
        self._console.print(f"already done: {len(result.trials)} trials in {result.path}", highlight=False)

    def close(self) -> None:
        """Take the drawing off the terminal."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _redraw(self) -> None:
        """Show what is new, at most ten times a second."""
        now = time.monotonic()
        if self._live is not None and now - self._shown > PAUSE:
            self._shown = now
            self._live.refresh()

    def _find_base(self, trials: list[Trial]) -> None:
        self._base = next((trial for trial in trials if trial.fingerprint == self._base_print), self._base)

    def _drawn(self) -> RenderableType:
        """The whole view."""
        return Group(Text(self._title, style="bold"), self._bar(), Text(self._now, style="dim"), self._best())

    def _bar(self) -> Table:
        """How much is done, and the time left."""
        done, total = self._again or (len(self._pace.done), self._pace.total)
        left = self._pace.seconds_left() if self._again is None else None
        about = f"{duration(self._pace.elapsed)} gone" + (f", about {duration(left)} left" if left else "")
        row = Table.grid(padding=(0, 1))
        row.add_row(
            "again " if self._again else "trials", ProgressBar(total, done, BAR_WIDTH), f"{done}/{total}", about
        )
        return row

    def _best(self) -> Table:
        """The best so far, under the base."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for name in ("best so far", "stages", "params", "macs", "validation"):
            table.add_column(name, justify="left" if name in ("best so far", "stages") else "right", no_wrap=True)
        best = [t for t in self._pace.ranked if not self._base or t.number != self._base.number]
        for trial in ([self._base] if self._base else []) + best[:SHOWN]:
            name = "base" if trial is self._base else f"trial {trial.number}"
            figures = f"{trial.costs.params:,}", f"{trial.costs.macs:,}", measured(self._pace.main, trial.score)
            table.add_row(name, layout(trial), *figures, style="green" if trial is self._pace.best else None)
        return table


def outcome(trial: Trial, main: str) -> str:
    """How a trial ended, in words."""
    if trial.state == TrialState.FAIL:
        return f"failed ({trial.error})"
    return f"{trial.state.name.lower()} {measured(main, trial.score)}"


def final_runs(problem: Problem) -> int:
    """Trainings of the last comparison."""
    final = problem.search.final
    return final.repeats * (final.finalists + 1) if final else 0
