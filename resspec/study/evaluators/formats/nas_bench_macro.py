"""NAS-Bench-Macro: 6,561 codes of inverted residuals, each trained three times on CIFAR-10 (arXiv:2103.11922)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from resspec.parts import Block
from resspec.plan import Plan
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.evaluators.formats.format import Row, TableFormat, alone, damaged, json_of, share

LAYERS = (2, 3, 3)
"""Layers of each stage; a code has a digit for each layer."""
BLOCKS: dict[str, dict[str, Any]] = {
    "0": {"kind": "skip"},
    "1": {"kind": "inverted-residual", "ratio": 3.0, "kernel": 3},
    "2": {"kind": "inverted-residual", "ratio": 6.0, "kernel": 5},
}
"""What a digit means."""


class NasBenchMacro(TableFormat):
    """A JSON object: code -> `test_acc` (a list of per cent), and more that resspec knows by itself."""

    kind: ClassVar[str] = "nas-bench-macro"
    base: ClassVar[str] = "nas_bench_macro"

    classes: Annotated[int, Field(ge=1)] = 10
    """Classes that the table's networks tell apart."""

    def rows(self, file: Path) -> Mapping[str, Row]:
        """The trainings of each code."""
        data = json_of(file)
        if not isinstance(data, dict) or not data:
            raise damaged(file, "expected an object of codes")
        return {code: self._row(file, code, entry) for code, entry in data.items()}

    def _row(self, file: Path, code: str, entry: object) -> Row:
        """The row of a code; DataError where something else stands there."""
        if len(code) != sum(LAYERS) or not set(code) <= BLOCKS.keys():
            raise damaged(file, f"{code!r:.40} is no code of eight digits 0, 1 or 2")
        runs = entry.get("test_acc") if isinstance(entry, dict) else None
        if not isinstance(runs, list) or not runs:
            raise damaged(file, f"{code} has no list `test_acc`")
        return alone([share(file, code, run, 100) for run in runs])

    def code(self, plan: Plan) -> str | None:
        """A digit for each block; layers that are not there are skipped ones."""
        digits = {Block.read(fields): digit for digit, fields in BLOCKS.items()}
        if len(plan.stages) != len(LAYERS):
            return None
        found = []
        for stage, layers in zip(plan.stages, LAYERS, strict=True):
            known = [digits.get(block.block) for block in stage.blocks]
            if None in known or len(known) > layers:
                return None
            found.append("".join(digit for digit in known if digit).ljust(layers, "0"))
        return "".join(found)

    def spec(self, code: str) -> NetSpec:
        """Eight layers, each an inverted residual or skipped."""
        places = [(stage, block) for stage, layers in enumerate(LAYERS, 1) for block in range(layers)]
        blocks: dict[str, Any] = {
            f"stages.{stage}.blocks.{block}.block": BLOCKS[digit]
            for (stage, block), digit in zip(places, code, strict=True)
        }
        return load_spec(self.base, **blocks, classes=self.classes)
