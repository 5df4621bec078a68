"""A package of torch's AOTInductor: the network compiled for this kind of machine, which runs without Python code."""

from __future__ import annotations

import warnings

import torch
from torch.export import export

from resspec.errors import ResspecError
from resspec.formats.compiled import compiler
from resspec.formats.format import Export, Format, Written, compared, traced

SUFFIX = ".pt2"
"""What torch asks for; a package of `torch.export` ends so too, so that this format is named."""


def write(asked: Export) -> Written:
    """A compiled package that takes any batch; loaded, it answers alike."""
    if asked.path.suffix != SUFFIX:
        raise ResspecError.of("RS705", f"compiled networks are written as {SUFFIX}, not as {asked.path.name}")
    with traced(asked):
        program = export(asked.model, asked.example(2), dynamic_shapes=asked.free())
    with compiler(), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch's own use of what it will drop
        torch._inductor.aoti_compile_and_package(  # noqa: SLF001  # where torch's documentation has it
            program, package_path=str(asked.path), inductor_configs={"freezing": True}
        )
    run = torch._inductor.aoti_load_package(str(asked.path))  # noqa: SLF001
    return Written((asked.path,), (f"loaded by torch's AOTInductor, {compared(asked, run)}",))


FORMAT = Format("aoti", "", write, sized=True)
