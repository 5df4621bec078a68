"""Searches in processes of their own, and what plain Optuna reads of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from sqlalchemy import NullPool

TESTS = Path(__file__).parents[1]
WORKER = Path(__file__).with_name("worker.py")
QUICK: dict[str, Any] = {
    "trials": 30,
    "evaluator": {"kind": "formula", "pause": 0.01},
    "sampler": "random",
    "pruner": "none",
    "final": None,
}

Told = list[tuple[Any, ...]]


def start(folder: Path, *death: float, **changes: Any) -> subprocess.Popen[bytes]:
    """A worker on a search with these changes; WRITE and PART say where it kills itself."""
    words = [sys.executable, str(WORKER), str(folder), json.dumps(QUICK | changes), *map(str, death)]
    path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    environment = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(words, env=environment, stderr=subprocess.PIPE)


def ended(worker: subprocess.Popen[bytes], within: float = 120) -> tuple[int, str]:
    """How a worker ended, and what it said."""
    _, said = worker.communicate(timeout=within)
    return worker.returncode, said.decode()


def stored(folder: Path, storage: str | None = None, name: str = "small") -> optuna.Study:
    """The study as plain Optuna reads it."""
    where: BaseStorage
    if storage is None:
        where = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    else:
        url = storage.replace("postgresql://", "postgresql+psycopg://")
        where = RDBStorage(url, engine_kwargs={"poolclass": NullPool})
    return optuna.load_study(study_name=name, storage=where)


def told(folder: Path, storage: str | None = None, name: str = "small") -> Told:
    """What must not depend on how often a search was stopped."""
    return [
        (t.number, t.state, t.params, t.values, t.intermediate_values, t.user_attrs["fingerprint"])
        for t in stored(folder, storage, name).trials
    ]
