"""Worker processes on this machine: started with their share of it, watched, started again when they die, stopped
together."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from resspec.errors import ResspecError, SearchError
from resspec.study.declaration import Search
from resspec.study.spectator import Spectator
from resspec.study.stopping import stop_with_parent

logger = logging.getLogger(__name__)

LOGS = "workers"
RESPAWNS = 5
"""How often a worker that died is started again."""
LOOK_SECONDS = 0.25
STOP_SECONDS = 30.0
"""How long a worker may take to give its trial back."""
REFUSED = 2
"""The exit code of a worker that no other try would help: its input is wrong, or nothing can be written."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""A disk that takes no more."""

spawning = multiprocessing.get_context("spawn")  # neither CUDA nor a database connection survives a fork


@dataclass(frozen=True)
class Orders:
    """What a worker is to do: a search, in a folder."""

    search: Search
    folder: Path
    storage: str | None


@dataclass
class Worker:
    """One process of the crew."""

    number: int
    process: SpawnProcess
    word: Connection
    deaths: int = 0


class Crew:
    """The workers of one machine."""

    def __init__(self, orders: Orders, size: int) -> None:
        self._orders = orders
        self._size = size
        self._workers: list[Worker] = []
        self._logs = orders.folder / LOGS

    def run(self, spectator: Spectator) -> None:
        """Start all, and watch until each has ended; SearchError where they die too often, or what one of them was
        refused with. Whatever ends this ends them."""
        self._logs.mkdir(exist_ok=True)
        try:
            self._workers = [self._started(number) for number in range(self._size)]
            while self._look_after():
                spectator.look()
                multiprocessing.connection.wait([w.process.sentinel for w in self._workers], LOOK_SECONDS)
            spectator.look()
        finally:
            self._stop()

    def _started(self, number: int, deaths: int = 0) -> Worker:
        ours, theirs = spawning.Pipe(duplex=False)
        process = spawning.Process(
            target=work,
            args=(self._environment(number), pickle.dumps(self._orders), str(self._logs / f"{number}.log"), theirs),
            name=f"resspec-worker-{number}",
        )
        process.start()
        theirs.close()
        return Worker(number, process, ours, deaths)

    def _look_after(self) -> bool:
        """Start again whoever died; False when all have done their work."""
        for worker in list(self._workers):
            code = worker.process.exitcode
            if code is None:
                continue
            self._workers.remove(worker)
            if code == REFUSED:
                raise self._refusal(worker)
            if code:
                self._mourn(worker, code)
        return bool(self._workers)

    def _mourn(self, worker: Worker, code: int) -> None:
        """Start a dead worker again, unless it died too often; SearchError when the last one is given up."""
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        logger.warning("worker %d ended with %s; see %s", worker.number, how, self._logs / f"{worker.number}.log")
        if worker.deaths < RESPAWNS:
            self._workers.append(self._started(worker.number, worker.deaths + 1))
        elif not self._workers:
            raise SearchError.of(
                "RS516", f"every worker died {RESPAWNS + 1} times, the last one with {how}", remedy=f"see {self._logs}"
            )

    @staticmethod
    def _refusal(worker: Worker) -> ResspecError | OSError:
        """Why a worker could not begin or go on."""
        with suppress(EOFError, OSError):
            if worker.word.poll(1):
                error = worker.word.recv()
                if isinstance(error, (ResspecError, OSError)):
                    return error
        return SearchError.of("RS516", f"worker {worker.number} ended with exit code {REFUSED}")

    def _stop(self) -> None:
        """End whoever still runs: ask, wait, then kill."""
        for worker in self._workers:
            worker.process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for worker in self._workers:
            worker.process.join(max(0.0, end - time.monotonic()))
            if worker.process.exitcode is None:
                worker.process.kill()
                worker.process.join()

    def _environment(self, number: int) -> dict[str, str]:
        """A worker's share of the machine: its part of the processors, one GPU in turn."""
        share = str(max(1, processors() // self._size))
        pinned = {name: os.environ.get(name, share) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        cards = gpus(os.environ)
        device = getattr(self._orders.search.evaluator, "device", "cuda")
        if cards and device == "cuda":  # a search that names a card means that one
            pinned["CUDA_VISIBLE_DEVICES"] = cards[number % len(cards)]
        return pinned


def work(environment: Mapping[str, str], orders: bytes, log: str, word: Connection) -> None:
    """What a worker's process does: all trials of a search, with others."""
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C reaches the whole group; who started us hears it and stops us
    stop_with_parent()
    with logged(log):
        given: Orders = pickle.loads(orders)  # noqa: S301  # what our own parent wrote
        from resspec.study.run import run_trials  # noqa: PLC0415  # heavy, and after the environment is set

        try:
            run_trials(given.search, given.folder, given.storage)
        except (ResspecError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in NO_ROOM:
                raise
            logger.exception("refused")
            word.send(error)
            sys.exit(REFUSED)


@contextmanager
def logged(path: str) -> Iterator[None]:
    """Send what the process writes to a file, its warnings too: the terminal belongs to the view."""
    with Path(path).open("a", encoding="utf-8") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
        logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
        yield


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gpus(environment: Mapping[str, str]) -> Sequence[str]:
    """The GPUs that may be used, as CUDA_VISIBLE_DEVICES names them."""
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name for name in visible.split(",") if name]
    return [str(place) for place, _ in enumerate(sorted(Path("/dev").glob("nvidia[0-9]*")))]
