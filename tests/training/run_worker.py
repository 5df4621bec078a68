"""A training in a process of its own, which dies without warning at a step of its choice."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import resspec
from resspec.training import DataSource, Recipe, Watcher
from resspec.training.learner import Learner
from resspec.training.run import Job, Site, run_training

SPEC = {
    "input": [1, 8, 8],
    "stem": {"kind": "conv3x3", "width": 4},
    "block": "basic",
    "drop_path": 0.1,
    "stages": [{"depth": 1, "width": 4}, {"depth": 1, "width": 8, "stride": 2}],
    "head": {"kind": "linear", "classes": 10},
}
RECIPE = {"epochs": 3, "batch": 128, "lr": 0.05, "shift": 1, "flip": True, "mixup": 0.2, "ema": 0.9, "clip": 1.0}


class Death(Watcher):
    """SIGKILL, or another signal, to this process behind a step."""

    def __init__(self, step: int, number: int) -> None:
        self._step, self._number = step, number

    def stepped(self, learner: Learner) -> None:
        """Die."""
        if learner.taken == self._step:
            os.kill(os.getpid(), self._number)


def main() -> None:
    """`run_worker.py FOLDER RECIPE [STEP SIGNAL]`."""
    folder, recipe, *death = sys.argv[1:]
    watchers = [Death(int(death[0]), int(getattr(signal, death[1])))] if death else []
    work(Path(folder), json.loads(recipe), watchers)


def work(folder: Path, recipe: dict[str, Any], watchers: Sequence[Watcher] = ()) -> None:
    """Train, or go on."""
    job = Job(resspec.load(SPEC), DataSource.read("digits"), Recipe.model_validate(recipe), seed=4)
    run_training(job, Site(folder, threads=1, every=3), watchers)


if __name__ == "__main__":
    main()
