"""What a format is: a name, the suffix of its files, and a function that writes one and says what it verified."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from resspec.compile import compile_spec
from resspec.errors import ResspecError, did_you_mean
from resspec.export.inputs import inputs, mapped, widened
from resspec.ingest.answers import Answer, difference
from resspec.ir import Argument
from resspec.plan import resolve
from resspec.spec.net import NetSpec

BATCHES = (1, 3)
"""The batches that every written network is run with."""


@dataclass(frozen=True)
class Export:
    """What is written: the spec, its module in eval mode (in the inference form where `inference` says so), the
    module's source, the place, and whether height and width of images are left free beside the batch."""

    spec: NetSpec
    model: nn.Module
    source: str
    path: Path
    inference: bool = False
    any_size: bool = False

    @cached_property
    def signature(self) -> tuple[Argument, ...]:
        """What the network is given."""
        return compile_spec(self.spec).signature

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of what it answers."""
        return tuple(compile_spec(self.spec).outputs)

    def example(self, batch: int) -> tuple[Tensor, ...]:
        """Inputs as the spec describes them, in order; where sizes are free, larger ones in larger batches, by what the
        body lowers them by."""
        more = (batch - 1) * resolve(self.spec).reduction if self.any_size else 0
        return inputs([widened(argument, more) for argument in self.signature], batch, seed=batch)

    def free(self) -> tuple[dict[int, Any], ...]:
        """What torch's exporters are told of the inputs' shapes: any batch, the same for all, any number of boxes, and
        any size if asked."""
        batch, boxes = torch.export.Dim("batch"), {1: torch.export.Dim("boxes")}
        sides = {2: torch.export.Dim("height"), 3: torch.export.Dim("width")}
        return tuple(
            {0: batch, **(boxes if each.within else sides if self.any_size and mapped(each) else {})}
            for each in self.signature
        )


@contextmanager
def traced(export: Export) -> Iterator[None]:
    """A network while torch traces it; ResspecError RS710 where it cannot be written for every size."""
    try:
        yield
    except Exception as error:  # torch raises many
        if not export.any_size:
            raise
        reason: BaseException = error
        while reason.__cause__ is not None:
            reason = reason.__cause__
        message = f"{export.spec.name} cannot be written for images of any size: {str(reason).strip()[:200]}"
        raise ResspecError.of("RS710", message, remedy="leave out --any-size; `input=` sets the one size") from None


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and what was verified of them, as texts."""

    files: tuple[Path, ...]
    verified: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, the suffix of its files (empty where the name must be given), its writer, and whether it is
    a folder of files."""

    name: str
    suffix: str
    write: Callable[[Export], Written]
    folder: bool = False
    sized: bool = False
    """Whether a file of it is bound to the size of its input unless that is left free."""


@cache
def formats() -> Mapping[str, Format]:
    """All formats by name: one file each in `resspec/formats/kinds`."""
    package = importlib.import_module("resspec.formats.kinds")
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]
    return {module.FORMAT.name: module.FORMAT for module in modules}


def format_of(name: str, path: Path) -> Format:
    """The format of this name, or without one that of the path's suffix."""
    known = formats()
    if name:
        if name not in known:
            raise ResspecError.of("RS705", f"there is no format {name!r}", remedy=did_you_mean(name, known))
        return known[name]
    suffixes = {format_.suffix: format_ for format_ in known.values() if format_.suffix}
    if path.suffix not in suffixes:
        remedy = f"name it: --to {', '.join(known)}"
        raise ResspecError.of("RS705", f"no format is written as {path.name}", remedy=remedy)
    return suffixes[path.suffix]


def compared(export: Export, run: Callable[..., Answer]) -> str:
    """What a written network answers beside the module, over batches of several sizes, as a text."""
    worst = 0.0
    for batch in BATCHES:
        given = export.example(batch)
        with torch.no_grad():
            worst = max(worst, difference(export.model(*given), run(*given)))
    return f"batches of {' and '.join(map(str, BATCHES))}: largest difference {worst:.1e} of the outputs' rms"


def package(name: str, extra: str) -> ModuleType:
    """A package that an extra of resspec brings."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"this format needs the package {name.partition('.')[0]}: {error}"
        raise ResspecError.of("RS707", message, remedy=f"pip install 'resspec[{extra}]'") from None
