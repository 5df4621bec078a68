"""Judging a network by looking it up in a table of trained ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.compile import compile_spec
from resspec.errors import SearchError
from resspec.plan import resolve
from resspec.spec.net import NetSpec
from resspec.study.evaluators.evaluator import Bench, Evaluator, Watch
from resspec.study.evaluators.formats import Row, TableFormat
from resspec.study.figures import Figures, Measures
from resspec.training.plugin import plugin_field


class Table(Evaluator):
    """Look a network up among those that others trained, by what it is and not by how its spec is written. A trial sees
    one training of it; the last comparison sees the mean of all."""

    kind: ClassVar[str] = "table"

    file: str
    """The table's file; relative to the working directory."""
    format: Annotated[TableFormat, plugin_field(TableFormat)]
    """How the file is written, and which networks its codes mean."""
    run: Annotated[int, Field(ge=0)] | Literal["mean"] = 0
    """The training that a trial sees, from 0; a network that was trained less often shows its last. `mean` for the mean
    of all."""

    @property
    def measures(self) -> Measures:
        """The share of right answers alone."""
        return {"accuracy": "maximize"}

    @contextmanager
    def bench(self, base: NetSpec) -> Iterator[Bench]:
        """Read the table; SearchError where the base is not in it."""
        bench = TableBench(self, self.format.rows(Path(self.file).expanduser()))
        bench.row(base)
        yield bench


class TableBench(Bench):
    """A table in memory."""

    def __init__(self, setting: Table, rows: Mapping[str, Row]) -> None:
        self.steps = max(len(run) for row in rows.values() for run in row.runs)
        self._setting = setting
        self._rows = rows
        self._fingerprints: dict[str, str] = {}

    def knows(self, spec: NetSpec) -> bool:
        """Whether the table has it."""
        return self._found(spec)[1] is not None

    def measure(self, spec: NetSpec, seed: int, watch: Watch) -> Figures:
        """What the setting's training reached after each step."""
        run = self._curve(self.row(spec))
        for step, accuracy in enumerate(run, 1):
            watch(step, accuracy)
        return Figures({"accuracy": run[-1]})

    def retrain(self, spec: NetSpec, seed: int, epochs: int | None, weights: Path) -> Figures:
        """The mean of all trainings, after `epochs` steps where fewer than all are asked for. A table keeps no
        weights."""
        row = self.row(spec)
        last = [run[min(epochs or len(run), len(run)) - 1] for run in row.runs]
        return Figures({"accuracy": sum(last) / len(last)})

    def test(self, spec: NetSpec, weights: Path) -> Figures:
        """The mean of all trainings: what the table tells is all there is."""
        return Figures({"accuracy": self.row(spec).accuracy})

    def row(self, spec: NetSpec) -> Row:
        """What the table knows of a network; SearchError where that is nothing."""
        code, row = self._found(spec)
        if row is None:
            near = f"; {code} comes nearest, and is another" if code in self._rows else ""
            raise SearchError.of(
                "RS530",
                f"{self._setting.file} has no network such as {spec.name}{near}",
                remedy=f"start from `base: {self._setting.format.start}`, and keep the space to the table's networks",
            )
        return row

    def _found(self, spec: NetSpec) -> tuple[str | None, Row | None]:
        """The code that a network would have, and the row of that code where it means this very network."""
        code = self._setting.format.code(resolve(spec))
        row = self._rows.get(code) if code is not None else None
        if code is None or row is None or self._fingerprint(code) != compile_spec(spec).fingerprint:
            return code, None
        return code, row

    def _fingerprint(self, code: str) -> str:
        """What the network that a code means is recognised by."""
        if code not in self._fingerprints:
            self._fingerprints[code] = compile_spec(self._setting.format.spec(code)).fingerprint
        return self._fingerprints[code]

    def _curve(self, row: Row) -> tuple[float, ...]:
        """The accuracy after each step of the training that trials see."""
        run = self._setting.run
        if run == "mean":
            return tuple(sum(steps) / len(steps) for steps in zip(*row.runs, strict=True))
        return row.runs[min(run, len(row.runs) - 1)]
