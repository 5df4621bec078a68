"""A search as it runs: a live view on a terminal, a line per trial elsewhere."""

from __future__ import annotations

import time

from optuna.trial import TrialState
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from resspec.spec.budgets import Budget
from resspec.study.observer import Observer
from resspec.study.pace import Pace
from resspec.study.problem import Problem
from resspec.study.profile import Profile
from resspec.study.reporting.summary import Use
from resspec.study.result import Result
from resspec.study.trial import Trial
from resspec.study.words import costs, duration, layout, measured

SHOWN = 5
BAR_WIDTH = 40
RUNNING_SHOWN = 4
NARROW, WIDE = 56, 72
"""Columns of a terminal below which the table of the best loses costs, and layout."""
EXHAUSTED = "space exhausted: all {} networks inside the budgets that can be measured were tried"
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
        self._pace = pace_of(problem, trials, total)
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
        self._say(EXHAUSTED.format(tried))

    def stopped(self, tried: int) -> None:
        """Say that a callback ended it."""
        self._say(f"stopped by a callback after {tried} trials")

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
        self._running: dict[int, str] = {}
        self._budgets: tuple[Budget, ...] = ()
        self._now = ""
        self._again: tuple[int, int] | None = None
        self._base: Trial | None = None
        self._base_print = ""
        self._steps = 0
        self._shown = 0.0

    def opened(self, problem: Problem, profile: Profile, trials: list[Trial], total: int) -> None:
        """Start drawing."""
        self._pace = pace_of(problem, trials, total)
        self._title = profile.summary()
        self._base_print = problem.base_fingerprint
        self._budgets = problem.budgets
        self._find_base(trials)
        self._live = Live(console=self._console, refresh_per_second=2, get_renderable=self._drawn, transient=True)
        self._live.start()

    def started(self, trial: Trial, steps: int) -> None:
        """Show the running trial."""
        self._steps = steps
        self._running[trial.number] = f"trial {trial.number}  {layout(trial)}  {costs(trial)}"

    def stepped(self, trial: Trial, step: int, accuracy: float) -> None:
        """Show how far the running trial is."""
        reached = measured(self._pace.main, accuracy)
        self._running[trial.number] = (
            f"trial {trial.number}  epoch {step}/{self._steps}  {reached}  {layout(trial)}  {costs(trial)}"
        )
        self._redraw()

    def finished(self, trial: Trial) -> None:
        """Count a trial."""
        self._pace.count(trial)
        self._running.pop(trial.number, None)
        self._find_base([trial])
        self._redraw()

    def exhausted(self, tried: int) -> None:
        """Leave a line that nothing is left to try."""
        self._console.print(EXHAUSTED.format(tried))

    def stopped(self, tried: int) -> None:
        """Leave a line that a callback ended it."""
        self._console.print(f"stopped by a callback after {tried} trials")

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
        """The whole view; lines that a narrow terminal has no room for are cut, not wrapped."""
        running = [self._now] if self._now else list(self._running.values())
        more = len(running) - RUNNING_SHOWN
        lines = running[:RUNNING_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        quiet = [Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in lines]
        title = Text(self._title, style="bold", no_wrap=True, overflow="ellipsis")
        return Group(title, self._bar(), self._state(), *quiet, *self._uses(), self._best())

    def _bar(self) -> Table:
        """How much is done, and the time left."""
        done, total = self._again or (len(self._pace.done), self._pace.total)
        left = self._pace.seconds_left() if self._again is None else None
        words = [f"{duration(self._pace.elapsed)} gone"] if self._console.width >= NARROW or not left else []
        about = ", ".join(words + ([f"about {duration(left)} left"] if left else []))
        row = Table.grid(padding=(0, 1))
        bar = ProgressBar(total, done, max(8, min(BAR_WIDTH, self._console.width - 48)))
        row.add_row("again " if self._again else "trials", bar, f"{done}/{total}", about)
        return row

    def _state(self) -> Text:
        """Workers, rate and the size of the front."""
        words = [f"{len(self._running)} running"] if self._running else []
        words += [f"{self._pace.rate:.3g} trials a minute"] if self._pace.rate else []
        words += [f"front {len(self._pace.front)} networks"] if self._pace.best else []
        failed = sum(trial.state == TrialState.FAIL for trial in self._pace.done.values())
        words += [f"{failed} failed"] if failed else []
        return Text("  ".join(words), no_wrap=True, overflow="ellipsis")

    def _uses(self) -> list[Text]:
        """How near the best and the front are to each budget."""
        best, front = self._pace.best, self._pace.front
        lines = []
        for budget in self._budgets if best else ():
            shares = [100 * Use(budget, trial.prices[budget.cost]).share for trial in front]
            use = Use(budget, best.prices[budget.cost]) if best else None
            words = f"{budget}: best {100 * use.share:.0f} %" if use else str(budget)
            words += f", front {min(shares):.0f} to {max(shares):.0f} %" if shares else ""
            lines.append(Text(words, no_wrap=True, overflow="ellipsis"))
        return lines

    def _best(self) -> Table:
        """The best so far, under the base; fewer columns where there is little room."""
        names = ["best so far", self._pace.main, "stages", "macs", "params"]
        shown = names[: 5 if self._console.width >= WIDE else 4 if self._console.width >= NARROW else 2]
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for name in shown:
            table.add_column(name, justify="left" if name in ("best so far", "stages") else "right", no_wrap=True)
        best = [t for t in self._pace.ranked if not self._base or t.number != self._base.number]
        for trial in ([self._base] if self._base else []) + best[:SHOWN]:
            name = "base" if trial is self._base else f"trial {trial.number}"
            reached = measured(self._pace.main, trial.score)
            cells = (name, reached, layout(trial), f"{trial.costs.macs:,}", f"{trial.costs.params:,}")
            table.add_row(*cells[: len(shown)], style="green" if trial is self._pace.best else None)
        return table


def pace_of(problem: Problem, trials: list[Trial], total: int) -> Pace:
    """The pace of a search that goes on after these trials."""
    return Pace(trials, total, final_runs(problem), problem.preference, problem.main, problem.axes)


def outcome(trial: Trial, main: str) -> str:
    """How a trial ended, in words."""
    if trial.state == TrialState.FAIL:
        return f"failed ({trial.error})"
    return f"{trial.state.name.lower()} {measured(main, trial.score)}"


def final_runs(problem: Problem) -> int:
    """Trainings of the last comparison."""
    final = problem.search.final
    return final.repeats * (final.finalists + 1) if final else 0
