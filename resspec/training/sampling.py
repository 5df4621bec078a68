"""Pictures of what a trained network makes of chance."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from resspec.compile import compile_spec
from resspec.errors import DataError
from resspec.spec.net import NetSpec
from resspec.training.adversarial.samples import samples
from resspec.training.diffusion.doors import walk_of
from resspec.training.grid import png_of
from resspec.training.networks import refuse_missing
from resspec.training.writing import write_whole


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
