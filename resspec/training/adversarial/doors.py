"""Generators as the public face offers them: names and plain data in, records to the rooms behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from resspec.spec.net import NetSpec
from resspec.training.adversarial.duel import Duel
from resspec.training.adversarial.run import Pair, run_duel
from resspec.training.doors import Data, data_of
from resspec.training.run import RUNS
from resspec.training.settings import settings_of

Told = Callable[[int, float, float], None]


def train_generator(  # noqa: PLR0913  # keywords, each of its own
    generator: NetSpec,
    critic: NetSpec,
    data: Data,
    *,
    duel: Mapping[str, Any] | Duel | None = None,
    changes: Sequence[str] = (),
    seed: int = 0,
    path: str | Path | None = None,
    device: str = "cpu",
    threads: int | None = None,
    told: Told | None = None,
) -> tuple[nn.Module, Mapping[str, Any]]:
    """Train, or go on with a training."""
    pair = Pair(generator, critic, data_of(data), settings_of(Duel, duel, changes), seed)
    folder = Path(path) if path is not None else RUNS / f"{generator.name}-{critic.name}"
    return run_duel(pair, folder, device=device, threads_used=threads, told=told or (lambda *_: None))
