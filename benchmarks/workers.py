"""Sixteen workers that begin at once: on one fresh journal, on one fresh PostgreSQL database, and plain Optuna beside
them; and what claiming and recording a trial costs.

python benchmarks/workers.py [TRIALS]
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import optuna
from optuna.distributions import IntDistribution
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from sqlalchemy import NullPool

from resspec.spec.net import NetSpec
from resspec.study.evaluators import Bench, Evaluator, Watch
from resspec.study.figures import Figures
from resspec.study.ledger import Entry, open_ledger
from resspec.study.run import run_search
from resspec.study.server import Server

WORKERS = 16
CLAIMS = 1000
DIMENSIONS: Mapping[str, Any] = {f"x{n}": IntDistribution(0, 999) for n in range(6)}
spawning = multiprocessing.get_context("spawn")


class Depth(Evaluator):
    """Finds deep networks accurate, at once."""

    kind: ClassVar[str] = "depth"

    @contextmanager
    def bench(self, base: NetSpec) -> Iterator[Bench]:
        """Nothing to set up."""
        yield DepthBench()


class DepthBench(Bench):
    """Counts blocks."""

    steps = 1
    can_retrain = False

    def measure(self, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """The share of 48 blocks that a network has."""
        accuracy = sum(stage.depth for stage in spec.stages) / 48
        watch(1, accuracy)
        return Figures({"accuracy": accuracy, "loss": 1 - accuracy})


def stated(trials: int) -> dict[str, Any]:
    """A search over 20,736 points around resnet20."""
    depths = {f"stages.{n}.depth": {"low": 1, "high": 16} for n in (1, 2, 3)}
    return {
        "name": "workers",
        "base": "resnet20",
        "space": {**depths, "stages.3.width": {"low": 32, "high": 112, "step": 16}},
        "budgets": {"params": "<= 1M"},
        "evaluator": {"kind": "depth"},
        "sampler": "random",
        "pruner": "none",
        "trials": trials,
        "final": None,
    }


def work(folder: str, storage: str | None, trials: int) -> None:
    """One worker of a search that nobody began before."""
    run_search(stated(trials), path=folder, storage=storage)


def create(url: str) -> None:
    """One worker of plain Optuna that begins."""
    optuna.create_study(storage=url, study_name="plain", load_if_exists=True)


def at_once(target: Callable[..., None], *given: Any) -> tuple[int, float]:
    """How many of the workers crashed, and the seconds until the last one ended."""
    many = [spawning.Process(target=target, args=given) for _ in range(WORKERS)]
    start = time.perf_counter()
    for process in many:
        process.start()
    for process in many:
        process.join()
    return sum(process.exitcode != 0 for process in many), time.perf_counter() - start


def show_search(title: str, folder: Path, storage: str | None, trials: int) -> None:
    """Run a search by all workers, and print what came of it as plain Optuna reads it."""
    crashed, lasted = at_once(work, str(folder), storage, trials)
    where = (
        JournalStorage(JournalFileBackend(str(folder / "journal.log")))
        if storage is None
        else RDBStorage(storage.replace("postgresql:", "postgresql+psycopg:"), engine_kwargs={"poolclass": NullPool})
    )
    found = optuna.load_study(study_name="workers", storage=where).trials
    complete = sum(trial.state == TrialState.COMPLETE for trial in found)
    distinct = len({trial.user_attrs["fingerprint"] for trial in found})
    stored = f"{trials} trials asked for, {len(found)} stored, {complete} complete, {distinct} distinct"
    print(f"{title:<32} {crashed} of {WORKERS} crashed; {stored}; {lasted:.0f} s, imports included")


def show_claims() -> None:
    """Print the time of claiming and recording a trial, against Optuna's ask and tell of the same parameters."""
    seconds: dict[str, float] = {}
    facts = {"fingerprint": "0" * 16, "costs": dict.fromkeys(("params", "macs"), 1), "spec": {"stages": [{}] * 3}}
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder) / "run", "claims")
        entry = Entry(dict.fromkeys(DIMENSIONS, 1), DIMENSIONS, facts, {})
        start = time.process_time()
        for _ in range(CLAIMS):
            trial = ledger.claim(CLAIMS, lambda _: entry)
            assert trial is not None
            ledger.finish(trial, TrialState.COMPLETE, [0.5], {"figures": {"loss": 1.0}})
        seconds["ours"] = time.process_time() - start
        ledger.close()
        storage = JournalStorage(JournalFileBackend(f"{folder}/plain.log"))
        study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler())
        start = time.process_time()
        for _ in range(CLAIMS):
            study.tell(study.ask(dict(DIMENSIONS)), 0.5)
        seconds["theirs"] = time.process_time() - start
    ours, theirs = (1e3 * seconds[whose] / CLAIMS for whose in ("ours", "theirs"))
    print(f"claim and record a trial on the journal, mean of {CLAIMS:,}: {ours:.2f} ms of processor time;", end=" ")
    print(f"Optuna's ask and tell: {theirs:.2f} ms; ratio {ours / theirs:.2f} (at most 2)")


def main() -> None:
    """Print all."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 320
    show_claims()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as made:
        folder = Path(made)
        folder.chmod(0o755)
        show_search("resspec, a fresh journal", folder / "journal", None, trials)
        server = Server(folder / "postgres")
        server.start()
        try:
            show_search("resspec, a fresh database", folder / "database", server.url, trials)
        finally:
            server.stop()
        other = Server(folder / "plain")
        other.start()
        try:
            crashed, _ = at_once(create, other.url.replace("postgresql:", "postgresql+psycopg:"))
            print(f"{'plain Optuna, a fresh database':<32} {crashed} of {WORKERS} crashed when they created the study")
        finally:
            other.stop()


if __name__ == "__main__":
    main()
