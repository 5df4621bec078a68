"""Towers that heads lay over all levels with one set of tensors, and the rows that their predictions become."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from resspec.ir import Builder, Value
from resspec.ir.ops import AnchorRows, Concat
from resspec.ir.ops.conv import Start
from resspec.parts.dense import Kit
from resspec.parts.families import Names, Norm, Unit

QUIET = Start(0.01)
RARE = Start(0.01, round(-math.log(99), 4))
"""How predictions start: near nothing; a class with a probability of one in a hundred (arXiv:1708.02002, section
4.1)."""


@dataclass(frozen=True, slots=True)
class Tower:
    """3x3 convolutions in a row, each with norm and activation, and predictions behind them, over all levels."""

    depth: int
    width: int | None
    norm: Norm
    biased: bool = False
    """Whether the convolutions have a bias even before a norm."""

    @contextmanager
    def over(self, b: Builder, name: str, x: Value, kit: Kit) -> Iterator[Value]:
        """The tower on a level, in a shared scope that stays open for the predictions: its output."""
        outer = b.site
        with b.shared_scope(name, f"{name.capitalize()}Head", "tower", " ".join((type(self).__doc__ or "").split())):
            b.site = b.prefix[:-1]
            unit = Unit(self.width or x.channels, 3, norm=self.norm, act=kit.act, biased=self.biased)
            for place in range(self.depth):
                x = kit.unit(b, Names(f"conv{place}", f"bn{place}", f"act{place}"), x, unit)
            yield x
            b.site = outer


def joined(b: Builder, name: str, maps: Sequence[Value], values: int) -> Value:
    """The predictions of all levels as rows of so many values, one level behind the other."""
    rows = [b.add(f"{name}_rows{place}", AnchorRows(values), x) for place, x in enumerate(maps)]
    return b.add(f"{name}_all", Concat(len(rows)), *rows) if len(rows) > 1 else rows[0]
