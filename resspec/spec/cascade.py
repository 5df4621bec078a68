"""Which part a spec means at a place: the default of its family, changed by the net, the stage and the block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from resspec.spec.net import NetSpec
from resspec.spec.tree import Path

DEFAULTS: dict[str, dict[str, Any]] = {
    "stage": {"kind": "plain"},
    "conv": {"kind": "plain"},
    "down": {"kind": "strided"},
    "shortcut": {"kind": "projection"},
    "norm": {"kind": "batch"},
    "act": {"kind": "relu"},
    "gate": {"kind": "none"},
    "attention": {"kind": "none"},
    "head": {"kind": "linear"},
}
"""What a spec means where it names no part of a family. A stem and a block must be named."""


def cascade(spec: NetSpec, family: str, levels: Sequence[Path]) -> tuple[dict[str, Any], dict[str, Path]]:
    """The fields of a part and where each was written; a level that names another kind starts afresh."""
    merged = dict(default(spec, family))
    origins: dict[str, Path] = {}
    for path in levels:
        over = written(spec, path)
        if over is None:
            continue
        if "kind" in over and over["kind"] != merged.get("kind"):
            merged, origins = {}, {}
        merged.update(over)
        origins.update(dict.fromkeys(over, path))
    return merged, origins


def default(spec: NetSpec, family: str) -> dict[str, Any]:
    """What this spec means where it names no part of a family: a net has a head, or heads over what it reads."""
    if family == "head" and spec.dense:
        return {}
    if family == "heads" and spec.dense:
        return {"kind": "segmentation" if spec.decoder else "levels"}
    return DEFAULTS.get(family, {})


def written(spec: NetSpec, path: Path) -> dict[str, Any] | None:
    """What the spec says of a part at a path."""
    value: Any = spec
    for step in path:
        if isinstance(step, int):
            value = value[step]
        else:
            value = value.get(step) if isinstance(value, dict) else getattr(value, step)
        if value is None:
            return None
    return value  # type: ignore[no-any-return]  # a PartRef
