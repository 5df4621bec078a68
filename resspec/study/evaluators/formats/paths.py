"""A table of one's own: each line is a network as changes of a spec, and what it reached."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from pydantic import Field, PrivateAttr

from resspec.compile import compile_plan, compile_spec
from resspec.errors import SpecError
from resspec.plan import Plan
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.evaluators.formats.format import Row, TableFormat, damaged, json_of, share, text_of

PATHS = "columns are spec paths such as stages.1.depth; list others under evaluator.format.ignore"
Line = tuple[str, Mapping[str, Any]]
"""Where a line stands, and its cells by column."""


class Paths(TableFormat):
    """A CSV file with a header, or a JSON list of objects. Every column is a path of the spec `of`, but for the
    accuracy (`accuracy`, or `accuracy_1`, `accuracy_2`, … for a learning curve) and what is ignored. Cells are written
    as in a spec file, flow style included; an empty one leaves what the spec has. Lines of one network, however they
    are written, are trainings of it."""

    kind: ClassVar[str] = "paths"

    of: str
    """The network that the lines are changes of: a shipped name, or a path seen from the working directory."""
    accuracy: str = "accuracy"
    """The column of the accuracy; those of a learning curve have a step behind it, as in `accuracy_1`."""
    whole: Annotated[float, Field(gt=0)] = 1.0
    """What an accuracy of all right is written as: 1, or 100 for per cent."""
    ignore: list[str] = Field(default_factory=list)
    """Columns that say nothing about the network."""

    _specs: dict[str, NetSpec] = PrivateAttr(default_factory=dict)

    @property
    def start(self) -> str:
        """The spec that the lines are changes of."""
        return self.of

    def rows(self, file: Path) -> Mapping[str, Row]:
        """The trainings of each network, by its fingerprint."""
        base = load_spec(self.of)
        runs: dict[str, list[tuple[float, ...]]] = {}
        for place, cells in _lines(file):
            steps = self._steps(file, cells)
            skipped = {*self.ignore, *steps}
            changes = {path: cell for path, cell in cells.items() if path not in skipped and cell not in (None, "")}
            try:
                spec = load_spec(base, **changes)
                code = compile_spec(spec).fingerprint
            except SpecError as error:
                told = error.faults[0]
                raise damaged(file, f"{place} is no network: {told.message}", told.remedy or PATHS) from None
            self._specs[code] = spec
            runs.setdefault(code, []).append(tuple(self._share(file, place, cells[step]) for step in steps))
        if not runs:
            raise damaged(file, "it has no line")
        return {code: Row(tuple(curves)) for code, curves in runs.items()}

    def code(self, plan: Plan) -> str | None:
        """The fingerprint of the network."""
        return compile_plan(plan).fingerprint

    def spec(self, code: str) -> NetSpec:
        """The network of a line that was read."""
        return self._specs[code]

    def _share(self, file: Path, place: str, cell: Any) -> float:
        """An accuracy as a share."""
        if self.whole == 1 and isinstance(cell, (int, float)) and 1 < cell <= 100:
            why = f"{place} has the accuracy {cell:g}, and all right is 1"
            raise damaged(file, why, "where accuracies are per cent, add `whole: 100` to evaluator.format")
        return share(file, place, cell, self.whole)

    def _steps(self, file: Path, cells: Mapping[str, Any]) -> list[str]:
        """The columns of the accuracy, in the order of steps."""
        if self.accuracy in cells:
            return [self.accuracy]
        written = re.compile(re.escape(self.accuracy) + r"_(\d+)")
        found = {int(step[1]): name for name in cells if (step := written.fullmatch(name))}
        steps = sorted(found)
        if not steps or any(later != step + 1 for step, later in pairwise(steps)):
            raise damaged(file, f"there is no column {self.accuracy}, and no {self.accuracy}_1, {self.accuracy}_2, …")
        return [found[step] for step in steps]


def _lines(file: Path) -> Iterator[Line]:
    """What a file says, line by line."""
    if file.suffix == ".json":
        data = json_of(file)
        for number, entry in enumerate(data if isinstance(data, list) else [data], 1):
            if not isinstance(entry, dict):
                raise damaged(file, f"expected objects of paths and an accuracy, not {entry!r:.60}")
            yield f"entry {number}", entry
        return
    lines = csv.DictReader(text_of(file).splitlines())
    for line in lines:
        place = f"line {lines.line_num}"
        if None in line or None in line.values():
            raise damaged(file, f"{place} has not as many cells as the header")
        yield place, {path.strip(): _read(file, place, cell) for path, cell in line.items()}


def _read(file: Path, place: str, cell: str) -> Any:
    """A cell as a spec file would read it."""
    try:
        return yaml.safe_load(cell)
    except yaml.YAMLError:
        raise damaged(file, f"{place} has {cell!r:.40}, which no spec could hold") from None
