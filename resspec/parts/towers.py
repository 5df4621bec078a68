"""What several heads lay: towers over all levels with one set of tensors, the rows that their predictions become, and
the layers on a region's map."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from resspec.ir import Builder, Value
from resspec.ir.ops import AnchorRows, Concat, FlattenWhole, Linear, TransposedConv2d, Upsample
from resspec.ir.ops.conv import Start
from resspec.parts.dense import Kit, predictor
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


def proposing(  # how its predictions start beside what they are
    b: Builder, levels: Mapping[str, Value], anchors: int, depth: int, kit: Kit, start: Start | None = None
) -> dict[str, Value]:
    """Scope rpn, laid on each level: conv0, act0, …, cls_logits, bbox_pred. Outputs `objectness.p2` (anchors, H, W) and
    `deltas.p2` (4 anchors, H, W) of every level."""
    tower = Tower(depth, None, Norm.read("none"))
    objects: dict[str, Value] = {}
    deltas: dict[str, Value] = {}
    for name, level in levels.items():
        with tower.over(b, "rpn", level, kit) as x:
            objects[f"objectness.{name}"] = predictor(b, "cls_logits", x, anchors, start=start)
            deltas[f"deltas.{name}"] = predictor(b, "bbox_pred", x, 4 * anchors, start=start)
    return objects | deltas


def classed(b: Builder, x: Value, hidden: Sequence[int], classes: int, kit: Kit) -> dict[str, Value]:
    """flatten, fc1, act1, …; cls_score, bbox_pred. Outputs `cls_score` (classes,) and `bbox_pred` (4 classes,)."""
    x = b.add("flatten", FlattenWhole(*x.shape), x)
    for number, width in enumerate(hidden, start=1):
        x = kit.act.lay(b, f"act{number}", b.add(f"fc{number}", Linear(x.channels, width), x))
    return {
        "cls_score": b.add("cls_score", Linear(x.channels, classes), x),
        "bbox_pred": b.add("bbox_pred", Linear(x.channels, 4 * classes), x),
    }


def pointed(b: Builder, x: Value, points: int, scale: int) -> Value:
    """heatmaps, up: a map for each key point, enlarged by a factor."""
    x = b.add("heatmaps", TransposedConv2d(x.channels, points, 4, 2, 1), x)
    return b.add("up", Upsample("bilinear", factor=scale), x) if scale > 1 else x
