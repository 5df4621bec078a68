"""Skips: which path goes round the body of a block, and of what style it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

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
    """The skip of a block: of what its last addition sums up, the way from the entry with the fewest convolutions,
    where nothing else joins it and no convolution follows."""
    inside = {cell.key: cell for cell in cells}
    for last in reversed(main_way(cells)):
        if last.role in ("conv", "dense"):
            return None
        if last.title == "add":
            break
    else:
        return None
    summed = operands(inside, last)
    ways = [(join, name) for join, name in reversed(summed) if not any(c.role == "join" for c in _way(inside, name))]
    if not ways or len(summed) < 2:
        return None
    join, source = min(ways, key=lambda way: _products(inside, way[1]))
    return Skip(join, source if source in inside else ENTRY, _style(inside, source), last.finish)


def operands(inside: dict[str, Cell], join: Cell) -> list[tuple[str, str]]:
    """What an addition sums up, with the addition that takes it; sums of sums are one sum."""
    found = []
    for name in join.inputs:
        inner = inside.get(name)
        if inner and inner.title == "add" and not inner.finish:
            found += operands(inside, inner)
        else:
            found.append((join.key, name))
    return found


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
        name = max(maps or cell.inputs, key=lambda n: (depth.get(n, 0), inside[n].load.macs if n in inside else 0))
    return way[::-1]


def body_of(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The convolutions of a block's body and its gate, one line each; equal neighbours share one. `∥` marks those
    beside the body's main way that are neither of a gate nor of the skip."""
    body = main_way(cells)
    inside, skip = {cell.key: cell for cell in cells}, skip_of(cells)
    known = {cell.key for cell in body} | {cell.key for cell in _way(inside, skip.source if skip else ENTRY)}
    beside = [cell for cell in cells if cell.role == "conv" and cell.key not in known and cell.shape[1:] != (1, 1)]
    lines = _counted(_mark(cell) for cell in body if cell.role in ("conv", "dense") or cell.title == "scale")
    branches = _counted(_mark(cell) for cell in beside)
    return (*lines, *(f"∥ {line}" for line in branches)) or ("no convolution",)


def _counted(marks: Iterable[str]) -> list[str]:
    """Equal neighbours once, with their number."""
    runs = [(mark, len(list(run))) for mark, run in groupby(marks)]
    return [mark if count == 1 else f"{mark} (×{count})" for mark, count in runs]


def _mark(cell: Cell) -> str:
    return "gate" if cell.title == "scale" else cell.title.replace(" conv,", ",")
