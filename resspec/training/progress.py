"""A training as it runs: a live view on a terminal, a line per epoch elsewhere."""

from __future__ import annotations

import time

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from resspec.training.epoch import Epoch
from resspec.training.learner import Learner
from resspec.training.watcher import Watcher

PAUSE = 0.1
"""Seconds between two drawings."""
BAR_WIDTH = 40


def view_on(console: Console) -> LineView:
    """The view that suits a console."""
    return LiveView(console) if console.is_terminal else LineView(console)


class LineView(Watcher):
    """A line for every epoch, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._start = time.perf_counter()
        self._from = 0

    def begun(self, learner: Learner) -> None:
        """Say where it goes on."""
        self._start, self._from = time.perf_counter(), learner.taken
        if learner.taken:
            self._say(f"going on at epoch {learner.epoch + 1}, step {learner.step + 1}")

    def epoch_done(self, epoch: Epoch, learner: Learner) -> None:
        """Say how an epoch went."""
        for left_out in epoch.skipped:
            self._say(f"left out: {left_out}")
        self._say(f"{told(epoch)}  {clock(self.seconds_left(learner))} left")

    def close(self) -> None:
        """No more will be told."""

    def seconds_left(self, learner: Learner) -> float:
        """Seconds that the rest will take, if it goes as what this process did."""
        done = learner.taken - self._from
        left = learner.recipe.epochs * learner.steps - learner.taken
        return (time.perf_counter() - self._start) / done * left if done else 0.0

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


class LiveView(LineView):
    """Lines, and below them the running epoch, drawn anew at most ten times a second."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._live: Live | None = None
        self._shown = 0.0

    def begun(self, learner: Learner) -> None:
        """Start drawing."""
        super().begun(learner)
        self._live = Live(console=self._console, transient=True, auto_refresh=False)
        self._live.start()

    def stepped(self, learner: Learner) -> None:
        """Draw how far it is."""
        now = time.monotonic()
        if self._live is None or now - self._shown < PAUSE:
            return
        self._shown = now
        row = Table.grid(padding=(0, 2))
        total = learner.recipe.epochs * learner.steps
        rate = learner.step * learner.recipe.batch / learner.seconds if learner.seconds else 0.0
        seen = min(learner.step * learner.recipe.batch, len(learner.feed))
        last = learner.history[-1].validation if learner.history else None
        row.add_row(
            ProgressBar(total, learner.taken, BAR_WIDTH),
            Text(f"epoch {learner.epoch + 1}/{learner.recipe.epochs}  step {learner.step}/{learner.steps}"),
            Text(f"loss {float(learner.loss) * learner.ranks.of / seen:.4f}"),
            Text(f"{last.title} {last.shown(last.score)}" if last else ""),
            Text(f"{rate:,.0f} images/s  {clock(self.seconds_left(learner))} left"),
        )
        self._live.update(row, refresh=True)

    def close(self) -> None:
        """Take the drawing off the terminal."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def told(epoch: Epoch) -> str:
    """An epoch in a line."""
    parts = [f"epoch {epoch.number}/{epoch.of}", f"loss {epoch.loss:.4f}"]
    if epoch.validation is not None:
        found = epoch.validation
        parts += [f"validation {found.loss:.4f}", found.brief]
    return "  ".join([*parts, f"lr {epoch.lr:.2g}", f"{epoch.images / max(epoch.seconds, 1e-9):,.0f} images/s"])


def clock(seconds: float) -> str:
    """1:02:03, 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
