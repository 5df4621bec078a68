"""Skips: which path goes round the body of a block, and of what style it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resspec.export.drawing.cells import Cell

ENTRY = ""
"""The key of what enters a box."""


@dataclass(frozen=True, slots=True)
class Skip:
    """The path that joins the body at the addition `join`, coming last from `source`; `finish` are the ops behind."""

    join: str
    source: str
    style: str
    finish: tuple[str, ...]


def skip_of(cells: Sequence[Cell]) -> Skip | None:
    """The skip of a block: of its last addition, the operand with the fewest convolutions on its way from the entry."""
    inside = {cell.key: cell for cell in cells}
    for cell in reversed(cells):
        if cell.title != "add" or len(cell.inputs) < 2:
            continue
        source = min(reversed(cell.inputs), key=lambda name: _products(inside, name))
        return Skip(cell.key, source if source in inside else ENTRY, _style(inside, source), cell.finish)
    return None


def _way(inside: dict[str, Cell], name: str) -> list[Cell]:
    """The cells from a cell back to the entry, along first operands."""
    way = []
    while name in inside:
        way.append(inside[name])
        name = inside[name].inputs[0]
    return way


def _products(inside: dict[str, Cell], name: str) -> int:
    return sum(cell.role == "conv" for cell in _way(inside, name))


def _style(inside: dict[str, Cell], source: str) -> str:
    """`identity` where nothing lies on the way; `projection` for convolutions, `pooled` before it for a pool; else what
    lies there."""
    way = _way(inside, source)
    if not way:
        return "identity"
    if all(cell.role == "other" and not cell.load.macs and "channels" not in cell.title for cell in way):
        return "identity" if len({cell.shape for cell in way}) == 1 else "subsampled"
    if any("channels" in cell.title for cell in way):
        return "zero padding"
    pooled = any(cell.role == "pool" for cell in way)
    if not any(cell.role == "conv" for cell in way):
        return "pooled"
    return "pooled projection" if pooled else "projection"


def main_way(cells: Sequence[Cell]) -> list[Cell]:
    """The cells of the body in order: from the last back to the entry, by operands that keep the shape, then by the
    longest way."""
    inside = {cell.key: cell for cell in cells}
    depth: dict[str, int] = {}
    for cell in cells:
        depth[cell.key] = 1 + max((depth.get(name, 0) for name in cell.inputs), default=0)
    way = []
    name = cells[-1].key
    while name in inside:
        cell = inside[name]
        way.append(cell)
        maps = [n for n in cell.inputs if n not in inside or len(inside[n].shape) != 3 or inside[n].shape[1:] != (1, 1)]
        name = max(maps or cell.inputs, key=lambda n: depth.get(n, 0))
    return way[::-1]


def body_of(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The convolutions of a block's body, one line each; equal neighbours share one."""
    titles = [cell.title.replace(" conv", "") for cell in main_way(cells) if cell.role in ("conv", "dense")]
    lines: list[tuple[str, int]] = []
    for title in titles:
        if lines and lines[-1][0] == title:
            lines[-1] = (title, lines[-1][1] + 1)
        else:
            lines.append((title, 1))
    gates = ["gate"] if any(cell.title == "scale" for cell in cells) else []
    return (*[title if count == 1 else f"{title} (×{count})" for title, count in lines], *gates)
