"""Learning curves of ResNets on TinyImageNet, 141 epochs each (arXiv:1705.10823)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from itertools import count, takewhile
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from resspec.plan import Plan
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.evaluators.formats.format import Row, TableFormat, damaged, share, text_of

COLUMNS = ("num_blocks", "num_filters", "filter_size")
"""What tells networks apart: blocks of each stage, channels of the first, side of the kernels."""


class ResNetCurves(TableFormat):
    """A CSV file with a line for each training: `num_blocks`, `num_filters`, `filter_size`, and the accuracy after each
    epoch as a share in `acc_0`, `acc_1`, …; lines of one network are trainings of it."""

    kind: ClassVar[str] = "resnet-curves"
    base: ClassVar[str] = "resnet_curves"

    classes: Annotated[int, Field(ge=1)] = 200
    """Classes that the table's networks tell apart."""

    def rows(self, file: Path) -> Mapping[str, Row]:
        """The curves of each network; its code is `BLOCKS-FILTERS-SIZE`."""
        lines = csv.DictReader(text_of(file).splitlines())
        names = lines.fieldnames or ()
        epochs = list(takewhile(names.__contains__, (f"acc_{epoch}" for epoch in count())))
        missing = [name for name in (*COLUMNS, "acc_0") if name not in names]
        if missing:
            raise damaged(file, f"there is no column {', '.join(missing)}")
        runs: dict[str, list[tuple[float, ...]]] = {}
        for line in lines:
            code = "-".join(str(line[name]) for name in COLUMNS)
            try:
                curve = [float(line[epoch]) for epoch in epochs]
            except (TypeError, ValueError):
                raise damaged(file, f"line {lines.line_num} has no number for each epoch") from None
            runs.setdefault(code, []).append(tuple(share(file, code, accuracy, 1) for accuracy in curve))
        if not runs:
            raise damaged(file, "it has no line")
        return {code: Row(tuple(curves)) for code, curves in runs.items()}

    def code(self, plan: Plan) -> str | None:
        """Depth and width of the first stage, and the kernel of its blocks."""
        first = plan.stages[0]
        kernel = getattr(first.blocks[0].block, "kernel", None)
        return None if kernel is None else f"{len(first.blocks)}-{first.site.width}-{kernel}"

    def spec(self, code: str) -> NetSpec:
        """Three stages of as many basic blocks, the channels doubled from one to the next."""
        depth, width, kernel = (int(part) for part in code.split("-"))
        changes: dict[str, Any] = {"stem.width": width, "block.kernel": kernel}
        for stage in (1, 2, 3):
            changes |= {f"stages.{stage}.depth": depth, f"stages.{stage}.width": width << (stage - 1)}
        return load_spec(self.base, **changes, classes=self.classes)
