"""Generators as the public face offers them: names and plain data in, records to the rooms behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from torch import nn

from resspec.compile import compile_spec
from resspec.errors import DataError, SpecError, in_file_order
from resspec.spec.faults import faults_of
from resspec.spec.net import NetSpec
from resspec.spec.overrides import apply_overrides
from resspec.spec.tree import entry_of
from resspec.training.adversarial.duel import Duel
from resspec.training.adversarial.grid import png_of, samples
from resspec.training.adversarial.run import Pair, run_duel
from resspec.training.diffusion.doors import walk_of
from resspec.training.doors import Data, data_of
from resspec.training.networks import refuse_missing
from resspec.training.run import RUNS
from resspec.training.writing import write_whole

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
    pair = Pair(generator, critic, data_of(data), duel_of(duel, changes), seed)
    folder = Path(path) if path is not None else RUNS / f"{generator.name}-{critic.name}"
    return run_duel(pair, folder, device=device, threads_used=threads, told=told or (lambda *_: None))


def duel_of(duel: Mapping[str, Any] | Duel | None, changes: Sequence[str]) -> Duel:
    """The training that plain data and changes of it mean; SpecError with every fault otherwise."""
    given = duel.model_dump() if isinstance(duel, Duel) else dict(duel or {})
    root = apply_overrides(entry_of(given), tuple(changes), {})
    try:
        return Duel.model_validate(root.plain())
    except ValidationError as error:
        raise SpecError(*in_file_order(faults_of(error, root, lambda path: path))) from None


def sample(  # keywords, each of its own
    model: nn.Module, spec: NetSpec, weights: Path, out: str | Path, *, count: int, seed: int, device: str
) -> None:
    """Write a grid of images that a generator makes of latent vectors, or a denoiser of noise; DataError where the
    network makes none."""
    refuse_missing(device)
    told = [argument.name for argument in compile_spec(spec).signature[1:]]
    if told != ["time"] and (spec.input[1:] != (1, 1) or told):
        said = " and ".join(("x".join(map(str, spec.input)), *told))
        law = f"{spec.name} reads {said}, not latent vectors, nor images with a time step"
        raise DataError.of("RS654", law, remedy="name a generator or a denoiser")
    path = Path(out)
    if not path.parent.is_dir():
        raise DataError.of("RS651", f"there is no folder {path.parent}", remedy="make it first")
    model = model.eval().to(device)
    made = walk_of(model, spec, weights).images(count, seed) if told else samples(model, spec.input[0], count, seed)
    write_whole(path, png_of(made))
