"""Denoisers as the public face offers them: names and plain data in, records to the rooms behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from torch import nn

from resspec.compile import compile_spec
from resspec.errors import SpecError, in_file_order
from resspec.spec.faults import faults_of
from resspec.spec.net import NetSpec
from resspec.spec.overrides import apply_overrides
from resspec.spec.tree import entry_of
from resspec.training.checkpoint import read_notes
from resspec.training.diffusion.noise import Noising
from resspec.training.diffusion.run import SCHEDULE, Task, run_denoiser, times_of
from resspec.training.diffusion.sampling import Walk
from resspec.training.doors import Data, data_of
from resspec.training.run import RUNS


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
    task = Task(spec, data_of(data), noising_of(noise, changes), seed)
    folder = Path(path) if path is not None else RUNS / f"{spec.name}-denoiser"
    return run_denoiser(task, folder, device=device, threads_used=threads, told=told or (lambda *_: None))


def noising_of(noise: Mapping[str, Any] | Noising | None, changes: Sequence[str]) -> Noising:
    """The training that plain data and changes of it mean; SpecError with every fault otherwise."""
    given = noise.model_dump() if isinstance(noise, Noising) else dict(noise or {})
    root = apply_overrides(entry_of(given), tuple(changes), {})
    try:
        return Noising.model_validate(root.plain())
    except ValidationError as error:
        raise SpecError(*in_file_order(faults_of(error, root, lambda path: path))) from None


def walk_of(model: nn.Module, spec: NetSpec, weights: Path) -> Walk:
    """The way back from noise that a trained denoiser's file describes."""
    schedule = read_notes(weights).get(SCHEDULE, Noising().schedule)
    return Walk(model.eval(), spec.input, times_of(compile_spec(spec)), schedule)
