"""The folder of a training: what it is, how far it has come, what it told."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save
from torch import Tensor

from resspec.errors import DataError
from resspec.training.checkpoints import WEIGHTS, Checkpoints, no_room, plain
from resspec.training.epoch import Epoch
from resspec.training.learner import Learner
from resspec.training.state import judged_weights, state_of, take_up, weights_of
from resspec.training.stopping import Signals, StoppedError
from resspec.training.watcher import Watcher
from resspec.training.writing import write_whole

RUN = "run.json"
RESULT = "result.json"
BEST, LAST = "best.safetensors", "last.safetensors"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A folder with run.json, log.csv, log.jsonl, best.safetensors, last.safetensors, checkpoints/."""

    path: Path

    def compare(self, declared: Mapping[str, Any]) -> None:
        """DataError RS661 where the folder holds another training."""
        differing = differences(read_json(self.path / RUN), declared) if (self.path / RUN).exists() else []
        if differing:
            message = f"{self.path} holds another training: it differs in {', '.join(differing)}"
            raise DataError.of("RS661", message, remedy="name another folder with --path, or delete this one")

    def claim(self, declared: Mapping[str, Any]) -> None:
        """Take the folder for a training; DataError RS661 where it holds another."""
        self.compare(declared)
        written = self.path / RUN
        if written.exists():
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            write_whole(written, (json.dumps(declared, indent=2) + "\n").encode())
        except OSError as error:
            raise no_room(self.path, len(json.dumps(declared)), error) from None

    @contextmanager
    def claimed(self, declared: Mapping[str, Any]) -> Iterator[None]:
        """The folder taken for a training, and free again where that fails before anything is kept of it: a damaged
        picture or a loss that is no number does not bar the corrected command. DataError RS661 as of `claim`."""
        self.claim(declared)
        try:
            yield
        except BaseException:
            if [file.name for file in self.path.rglob("*") if file.is_file()] == [RUN]:
                (self.path / RUN).unlink()
            raise

    def log(self, history: tuple[Epoch, ...]) -> None:
        """Write the log of all epochs so far, as CSV and as lines of JSON."""
        rows = [epoch.row() for epoch in history]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_whole(self.path / "log.csv", text.getvalue().encode())
        write_whole(self.path / "log.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())

    def finished(self) -> dict[str, Any] | None:
        """The result of a training that came to its end; None for one that has not."""
        written = self.path / RESULT
        return read_json(written) if written.exists() else None


def read_json(path: Path) -> Any:
    """The content of one of the folder's files; DataError where it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError.of("RS662", f"{path} cannot be read: {error}", remedy="delete the folder") from None


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The keys under which two declarations differ; within the recipe, its keys."""
    found = []
    for key in {**before, **now}:
        old, new = before.get(key), now.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            found += [f"{key}.{inner}" for inner in {**old, **new} if old.get(inner) != new.get(inner)]
        else:
            found.append(key)
    return found


class Keeper(Watcher):
    """Takes a training up where its folder left it, and keeps its states, its log and its best weights. The first
    process writes; all of them take part, for weights may be shared out."""

    def __init__(
        self, folder: RunFolder, notes: Mapping[str, str], signals: Signals, *, keep: int, every: int | None
    ) -> None:
        self._folder, self._notes, self._signals, self._every = folder, notes, signals, every
        self._checkpoints = Checkpoints(folder.path / "checkpoints", keep)
        self._saved = -1
        self.resumed = 0
        """The step at which an earlier process stopped."""

    def begun(self, learner: Learner) -> None:
        """Take up the latest state that is whole."""
        for path, state in self._checkpoints.states():
            take_up(learner, load_file(path / WEIGHTS), state)
            self.resumed = self._saved = learner.taken
            return

    def stepped(self, learner: Learner) -> None:
        """Keep the state where a signal came or enough steps were taken."""
        asked = self._signals.asked(learner)
        if asked or (self._every and learner.taken % self._every == 0):
            self.save(learner)
        if asked:
            raise StoppedError(self._signals.code or EXITED)

    def epoch_done(self, epoch: Epoch, learner: Learner) -> None:
        """Keep the state, the log, and the weights where they are the best so far or the last."""
        weights = judged_weights(learner)
        if learner.ranks.is_first:
            self._tell(epoch, learner, weights)
        self.save(learner)  # last: a process that dies before it repeats the epoch, and writes the same again

    def _tell(self, epoch: Epoch, learner: Learner, weights: Mapping[str, Tensor]) -> None:
        """Write what others read."""
        notes = dict(self._notes) | {key: repr(value) for key, value in epoch.row().items() if value is not None}
        data = None
        for name, wanted in ((BEST, is_best(learner.history)), (LAST, epoch.number == epoch.of)):
            if wanted:
                data = data or save({key: plain(tensor) for key, tensor in weights.items()}, notes)
                self._write(name, data)
        try:
            self._folder.log(learner.history)
        except OSError as error:
            raise no_room(self._folder.path, 0, error) from None

    def save(self, learner: Learner) -> None:
        """Keep the state, once per step."""
        if self._saved == learner.taken:
            return
        weights, state = weights_of(learner), state_of(learner)
        if learner.ranks.is_first:
            self._checkpoints.save(learner.taken, weights, self._notes, state)
        self._saved = learner.taken

    def _write(self, name: str, data: bytes) -> None:
        try:
            write_whole(self._folder.path / name, data)
        except OSError as error:
            raise no_room(self._folder.path, len(data), error) from None


EXITED = 143
"""The exit code of a process that another one told to end."""


def is_best(history: tuple[Epoch, ...]) -> bool:
    """Whether no epoch before the last was better: by the validation's leading figure, then by loss; by training
    loss where nothing is validated."""

    def merit(epoch: Epoch) -> tuple[float, float]:
        held_out = epoch.validation
        return (held_out.score, -held_out.loss) if held_out is not None else (0.0, -epoch.loss)

    return all(merit(history[-1]) > merit(epoch) for epoch in history[:-1])
