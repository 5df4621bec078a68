"""Denoisers as the public face offers them: names and plain data in, records to the rooms behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from resspec.compile import compile_spec
from resspec.spec.net import NetSpec
from resspec.training.checkpoint import read_notes
from resspec.training.diffusion.noise import Noising
from resspec.training.diffusion.run import SCHEDULE, Task, run_denoiser, times_of
from resspec.training.diffusion.sampling import Walk
from resspec.training.doors import Data, data_of
from resspec.training.run import RUNS
from resspec.training.settings import settings_of


def train_denoiser(  # noqa: PLR0913  # keywords, each of its own
    spec: NetSpec,
    data: Data,
    *,
    noise: Mapping[str, Any] | Noising | None = None,
    changes: Sequence[str] = (),
    seed: int = 0,
    path: str | Path | None = None,
    device: str = "cpu",
    threads: int | None = None,
    told: Callable[[int, float], None] | None = None,
) -> tuple[nn.Module, Mapping[str, Any]]:
    """Train, or go on with a training."""
    task = Task(spec, data_of(data), settings_of(Noising, noise, changes), seed)
    folder = Path(path) if path is not None else RUNS / f"{spec.name}-denoiser"
    return run_denoiser(task, folder, device=device, threads_used=threads, told=told or (lambda *_: None))


def walk_of(model: nn.Module, spec: NetSpec, weights: Path) -> Walk:
    """The way back from noise that a trained denoiser's file describes."""
    schedule = read_notes(weights).get(SCHEDULE, Noising().schedule)
    return Walk(model.eval(), spec.input, times_of(compile_spec(spec)), schedule)
