"""Pictures of what a trained network makes of chance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.spec.net import NetSpec
from resspec.training.adversarial.labels import classes_of, rows_of
from resspec.training.adversarial.samples import samples
from resspec.training.course import ACROSS, SHOWN
from resspec.training.diffusion.doors import walk_of
from resspec.training.grid import png_of
from resspec.training.networks import refuse_missing, threads
from resspec.training.writing import write_whole

MOST = 4096
"""Images of a grid."""


def sample(  # noqa: PLR0913  # keywords, each of its own
    model: nn.Module,
    spec: NetSpec,
    weights: Path,
    out: str | Path,
    *,
    count: int | None,
    seed: int,
    device: str,
    labels: Sequence[int] | None = None,
    used: int | None = None,
) -> None:
    """Write a grid of images that a generator makes of latent vectors, or a denoiser of noise; `count` in all (None:
    64), or of a generator that is told a class so many for each row (None: 8), a row for each of `labels` or all.
    `used` is CPU threads (None: as torch has them). DataError where the network makes none, or knows no such class."""
    refuse_missing(device)
    told = [argument.name for argument in compile_spec(spec).signature[1:]]
    if told != ["time"] and (spec.input[1:] != (1, 1) or told not in ([], ["label"])):
        said = " and ".join(("x".join(map(str, spec.input)), *told))
        law = f"{spec.name} reads {said}, not latent vectors, nor images with a time step"
        raise DataError.of("RS654", law, remedy="name a generator or a denoiser")
    classes = 0 if told == ["time"] else classes_of(compile_spec(spec))
    rows = rows_of(classes, labels)
    count = count or (ACROSS if rows else SHOWN)
    if count * max(1, len(rows)) > MOST:
        law = f"{len(rows)} classes with {count} images each are more than {MOST:,}"
        raise DataError.of("RS657", law, remedy="choose labels, or fewer images")
    path = Path(out)
    if not path.parent.is_dir():
        raise DataError.of("RS651", f"there is no folder {path.parent}", remedy="make it first")
    model = model.eval().to(device)
    with threads(used):
        if told == ["time"]:
            made = walk_of(model, spec, weights).images(count, seed)
        else:
            made = samples(model, spec.input[0], count, seed, rows)
    write_whole(path, png_of(made, count if rows else 0))
