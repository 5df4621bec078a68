"""The macro level of TransNAS-Bench-101: 3,256 codes of stacked modules, trained on Taskonomy (arXiv:2105.11871)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.plan import Plan
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec
from resspec.study.evaluators.formats.format import Row, TableFormat, alone, damaged, json_of, share

WIDTH = 64
"""Channels behind the stem."""
DEPTH = 2
"""Blocks of a module."""
DIGITS = {(False, False): "1", (True, False): "2", (False, True): "3", (True, True): "4"}
"""(twice the channels, half the resolution) -> what a code writes for such a module."""
CHANGES = {digit: change for change, digit in DIGITS.items()}
CODE = re.compile(r"64-([1-4]{4,6})-basic")


class TransNasMacro(TableFormat):
    """A JSON list of [`64-DIGITS-basic`, accuracy in per cent]; a digit for each module of two blocks."""

    kind: ClassVar[str] = "transnas-macro"
    base: ClassVar[str] = "transnas_macro"

    classes: Annotated[int, Field(ge=1)] = 47
    """Classes of the task: 47 for scenes, 75 for objects."""

    def rows(self, file: Path) -> Mapping[str, Row]:
        """The training of each code."""
        data = json_of(file)
        pairs = data if isinstance(data, list) and data else [data]
        found = {}
        for pair in pairs:
            if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
                raise damaged(file, f"expected pairs of a code and an accuracy, not {pair!r:.60}")
            code, accuracy = pair
            if not CODE.fullmatch(code):
                raise damaged(file, f"{code!r:.40} is no code such as 64-2331-basic")
            found[code] = alone([share(file, code, accuracy, 100)])
        return found

    def code(self, plan: Plan) -> str | None:
        """A digit for each pair of blocks that are there."""
        width, digits = WIDTH, []
        blocks = [block for stage in plan.stages for block in stage.blocks if block.block.kind != "skip"]
        for first in blocks[::DEPTH]:
            digits.append(DIGITS[first.site.width == 2 * width, first.site.stride == 2])
            width = first.site.width
        code = f"64-{''.join(digits)}-basic"
        return code if CODE.fullmatch(code) else None

    def spec(self, code: str) -> NetSpec:
        """A stage for each module."""
        width, stages = WIDTH, []
        for digit in code.split("-")[1]:
            doubles, halves = CHANGES[digit]
            width *= 2 if doubles else 1
            stages.append({"depth": DEPTH, "width": width, "stride": 2 if halves else 1})
        return load_spec(load_spec(self.base).to_dict() | {"stages": stages}, classes=self.classes)
