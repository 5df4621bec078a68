"""What is known of a network before it is trained, as numbers: its costs in all and by stage, its profile of depth,
width and resolution, and the choices of the space. Nothing of it is measured."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from resspec.study.chain import Chain, Link
from resspec.study.part import Row

MOST_CHOICES = 12
"""Values of a dimension without order up to which each has a number of its own."""
LOOKED_AT = 64
"""Points whose every change of one value is looked at."""
MOST_BLOCKS = 16
"""Blocks of a stage whose own costs are told, where single blocks vary."""

Features = NDArray[np.float64]


class Describer:
    """Describes points of a chain."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        paths = [path for dimension in chain.space.dimensions for path in dimension.paths]
        self._by_block = any(".blocks." in path or path == "stages" for path in paths)
        self._tables: dict[int, Features] = {}

    def __call__(self, points: NDArray[np.intp]) -> Features:
        """The features of each point, [n, features]; columns differ in unit."""
        priced = self._chain.price(points)
        columns = [np.log(np.maximum(priced.costs, 1))]
        for link, entries in zip(self._chain.links, priced.entries, strict=True):
            columns.append(self._table(link)[entries])
        columns += list(self._choices(points))
        return np.concatenate(columns, axis=1)

    def _table(self, link: Link) -> Features:
        """The features of a link's entries; rows of fewer stages go on with the last width and resolution, at no
        cost."""
        known = self._tables.get(link.number)
        if known is None or len(known) < len(link.rows):
            stages = max((len(rows) for rows in link.rows), default=0)
            listed = [np.array(list(self._told(rows, stages)), np.float64) for rows in link.rows]
            known = self._tables[link.number] = np.stack(listed) if listed else np.zeros((0, 0))
        return known

    def _told(self, rows: tuple[Row, ...], stages: int) -> Iterator[float]:
        for place in range(stages):
            row = rows[min(place, len(rows) - 1)] if rows else None
            there = row is not None and place < len(rows)
            yield from (np.log1p(row.costs.macs), np.log1p(row.costs.params)) if row and there else (0.0, 0.0)
            yield from (np.log2(row.width), np.log2(max(1, row.side)) / 2) if row else (0.0, 0.0)
            yield float(row.depth) if row and there else 0.0
            if self._by_block:
                blocks = row.blocks if row and there else ()
                for block in range(MOST_BLOCKS):
                    yield from (np.log1p(blocks[block]) if block < len(blocks) else (0.0, 0.0))

    def _choices(self, points: NDArray[np.intp]) -> Iterator[Features]:
        """The choices that costs do not tell apart, such as an activation's; those they do would count twice."""
        for axis in self._hidden:
            dimension = self._chain.space.dimensions[axis]
            if dimension.ordered:
                yield points[:, axis : axis + 1] / max(1, len(dimension) - 1)
            else:
                yield np.eye(len(dimension))[points[:, axis]]

    @cached_property
    def _hidden(self) -> tuple[int, ...]:
        """The dimensions two of whose values give different networks of the same costs."""
        sample = self._chain.space.draw(np.random.default_rng(0), LOOKED_AT)
        found = []
        for axis, dimension in enumerate(self._chain.space.dimensions):
            if dimension.ordered or len(dimension) <= MOST_CHOICES:
                rows = np.repeat(sample, len(dimension), axis=0)
                rows[:, axis] = np.tile(np.arange(len(dimension)), len(sample))
                if self._confounds(rows, len(dimension)):
                    found.append(axis)
        return tuple(found)

    def _confounds(self, rows: NDArray[np.intp], size: int) -> bool:
        priced = self._chain.price(rows)
        for first in range(0, len(rows), size):
            kept = np.flatnonzero(priced.legal[first : first + size]) + first
            if len(np.unique(priced.keys[kept])) > len(np.unique(priced.costs[kept], axis=0)):
                return True
        return False
