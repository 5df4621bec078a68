"""How far the training of a generator has come: its folder's state and log, and an end when a signal asks."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch

from resspec.errors import WeightsError
from resspec.training.stopping import Signals, StoppedError
from resspec.training.writing import write_whole

STATE, RESULT, LOG, GRID = "state.pt", "result.json", "log.csv", "samples.png"
GENERATOR = "generator.safetensors"
EVERY = 250
"""Steps after which the state is kept and a line is written."""
SHOWN = 64
"""Images of the grid, or of a network that is told a class the most rows, a class each."""
ACROSS = 8
"""Images of a row."""


class Learning(Protocol):
    """Something that trains in steps: how many were taken, and of how many."""

    taken: int

    @property
    def steps(self) -> int:
        """Steps in all."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything, to go on from here with the same result."""
        ...


@dataclass(slots=True)
class Course:
    """Writes down how far a training has come, and ends it when a signal asks; `told` is called with the step and its
    losses."""

    path: Path
    signals: Signals
    told: Callable[..., None]
    rows: list[dict[str, Any]] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    def __call__(self, learning: Learning, **losses: float) -> None:
        """After a step."""
        stopped, last = self.signals.code, learning.taken == learning.steps
        if learning.taken % EVERY and not stopped and not last:
            return
        seconds = round(time.perf_counter() - self.started, 1)
        row = {"step": learning.taken, **losses, "seconds": seconds}
        self.rows.append(row)
        out = io.BytesIO()
        torch.save(learning.state() | {"rows": self.rows}, out)
        write_whole(self.path / STATE, out.getvalue())
        text = io.StringIO()
        writer = csv.DictWriter(text, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_whole(self.path / LOG, text.getvalue().encode())
        self.told(learning.taken, *losses.values())
        if stopped and not last:
            raise StoppedError(stopped)


def kept_state(path: Path, device: str) -> dict[str, Any] | None:
    """The state that an earlier process kept, None where there is none; WeightsError where it is damaged."""
    if not path.exists():
        return None
    try:
        found: dict[str, Any] = torch.load(path, weights_only=True, map_location=device)
    except Exception as error:  # noqa: BLE001  # torch, zipfile and pickle each raise their own
        remedy = "delete it to begin again"
        raise WeightsError.of("RS603", f"{path} cannot be read: {type(error).__name__}", remedy=remedy) from None
    return found
