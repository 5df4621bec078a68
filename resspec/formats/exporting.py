"""From a spec to a file in another format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from resspec.export.module import source_text
from resspec.formats.format import Export, Written, format_of
from resspec.spec.net import NetSpec

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


def export(spec: NetSpec, path: Path, build: Build, to: str = "", *, inference: bool = False) -> Exported:
    """Write a network to a path: in the format of this name, or of the path's suffix. `build` makes its module."""
    format_ = format_of(to, path)
    model = build(spec, inference=inference).eval()
    written = format_.write(Export(spec, model, source_text(model), path, inference))
    return Exported(format_.name, spec.name, written)
