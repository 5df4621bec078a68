"""From a spec to a file in another format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from torch import nn

from resspec.compile import compile_spec
from resspec.errors import DataError, ResspecError
from resspec.export.module import source_text
from resspec.formats.format import Export, Format, Written, format_of
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.training.data.source import DataSource
from resspec.training.writing import check_place

Build = Callable[..., nn.Module]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported: the format, the network's name, the files, and what was verified of them."""

    format: str
    name: str
    written: Written

    def to_dict(self) -> dict[str, Any]:
        """The export as plain data."""
        files = [{"file": str(path), "bytes": path.stat().st_size} for path in self.written.files]
        return {"format": self.format, "spec": self.name, "files": files, "verified": list(self.written.verified)}


def export(
    spec: NetSpec,
    path: Path,
    build: Build,
    to: str = "",
    *,
    inference: bool = False,
    int8: str = "",
    any_size: bool = False,
) -> Exported:  # keywords, each of its own
    """Write a network to a path: in the format of this name, or of the path's suffix. `build` makes its module; `int8`
    names the data set that a quantised ONNX file is calibrated on and judged by (`digits`, `cifar10:FOLDER`);
    `any_size` leaves height and width free, where a format would bind them."""
    format_ = format_of(to, path)
    if not format_.folder:
        check_place(path)
    if any_size and not format_.sized:
        remedy = "leave out --any-size: its images may have any size that the network takes"
        raise ResspecError.of("RS705", f"{format_.name} is bound to no size", remedy=remedy)
    if int8:
        return Exported("onnx, int8", spec.name, quantised_file(spec, path, build, format_, int8, any_size=any_size))
    model = build(spec, inference=inference).eval()
    written = format_.write(Export(spec, model, source_text(model), path, inference, any_size))
    return Exported(format_.name, spec.name, written)


def quantised_file(spec: NetSpec, path: Path, build: Build, format_: Format, data: str, *, any_size: bool) -> Written:
    """An ONNX file of 8-bit integers, from the inference form."""
    from resspec.formats.int8 import quantised  # noqa: PLC0415  # NumPy and data sets come with it

    if format_.name != "onnx":
        raise ResspecError.of("RS705", f"8-bit networks are written as onnx, not as {format_.name}")
    if others := [argument.name for argument in compile_spec(spec).signature[1:]]:
        message = f"8-bit networks are given images alone, {spec.name} reads {' and '.join(others)} too"
        raise ResspecError.of("RS705", message, remedy="leave out --int8")
    try:
        source = DataSource.read(data)
    except (ValidationError, PydanticCustomError) as error:
        raise DataError.of("RS652", f"no data set is called {data!r}: {error!s:.200}") from None
    model = build(spec, inference=True).eval()
    model.mean, model.std = statistics(spec)
    return quantised(Export(spec, model, source_text(model), path, inference=True, any_size=any_size), source).written


def statistics(spec: NetSpec) -> tuple[Any, Any]:
    """Mean and deviation of the input channels."""
    plan = resolve(spec)
    return plan.mean, plan.std
