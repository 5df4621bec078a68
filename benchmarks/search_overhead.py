"""What a search spends on a trial beside measuring it, when a thousand trials stand in its journal: proposing, checking
and recording. TPE is held beside plain Optuna's ask and tell on a journal of its own, in turn.

python benchmarks/search_overhead.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import optuna
from optuna.samplers import TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from resspec.study.declaration import load_search
from resspec.study.ledger import open_ledger
from resspec.study.problem import problem_of
from resspec.study.proposing import Proposer

TRIALS = 1_000
MEASURED = 40
"""Trials behind the thousandth that are timed."""
SPACE: dict[str, Any] = {
    "stages.*.depth": {"low": 1, "high": 9},
    "stages.*.width": {"low": 8, "high": 128, "step": 8},
}


def value(number: int) -> float:
    """What a trial is told."""
    return (number * 7919 % 1000) / 1000


class Ours:
    """A search on its journal."""

    def __init__(self, folder: Path, sampler: str, filler: str) -> None:
        data = {"base": "resnet20_optB", "space": SPACE, "budgets": {"macs": "<= 100M"}}
        evaluator = {"kind": "training", "data": "digits"}
        self._ledger = open_ledger(folder, "ours")
        quick = problem_of(load_search({**data, "evaluator": evaluator, "sampler": filler}))
        self._proposer = Proposer(quick, self._ledger.study.directions)
        for _ in range(TRIALS):
            self.trial()
        asked = problem_of(load_search({**data, "evaluator": evaluator, "sampler": sampler}))
        self._proposer = Proposer(asked, self._ledger.study.directions)
        self.trial()

    def trial(self) -> None:
        """Propose, record, finish."""
        trial = self._ledger.claim(10 * TRIALS, self._proposer)
        assert trial is not None
        self._ledger.finish(trial, TrialState.COMPLETE, (value(trial.number),), {})


class Plain:
    """Optuna's ask and tell on a journal."""

    def __init__(self, folder: Path) -> None:
        storage = JournalStorage(JournalFileBackend(str(folder / "plain.log")))
        self._study = optuna.create_study(
            storage=storage, direction="maximize", sampler=optuna.samplers.RandomSampler(0)
        )
        for _ in range(TRIALS):
            self.trial()
        self._study.sampler = TPESampler(seed=0)

    def trial(self) -> None:
        """Ask and tell."""
        trial = self._study.ask()
        for stage in (1, 2, 3):
            trial.suggest_int(f"depth{stage}", 1, 9)
            trial.suggest_int(f"width{stage}", 8, 128, step=8)
        self._study.tell(trial, value(trial.number))


def seconds(job: Callable[[], None]) -> tuple[float, float]:
    """The wall time of one run, and its processor time, which other work on the machine stretches less."""
    wall, busy = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - wall, time.process_time() - busy


def main() -> None:
    """Print every figure."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        plain = Plain(Path(folder))
        for sampler in ("tpe", "bayes"):
            ours = Ours(Path(folder) / sampler, sampler, "random")
            pairs = [(seconds(ours.trial), seconds(plain.trial)) for _ in range(MEASURED)]
            for place, unit in enumerate(("ms", "ms of processor time")):
                mine, theirs = (1e3 * median(one[place] for one in column) for column in zip(*pairs, strict=True))
                ratio = median(ours_[place] / plain_[place] for ours_, plain_ in pairs)
                print(
                    f"{sampler:<6} {mine:.0f} {unit} a trial at {TRIALS:,}, "
                    f"plain Optuna's TPE {theirs:.0f} {unit}, ratio {ratio:.2f}"
                )


if __name__ == "__main__":
    main()
