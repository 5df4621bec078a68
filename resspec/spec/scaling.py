"""Compound scaling: `scale: {width: 1.5, depth: 2, divisor: 8}` multiplies every stage of a net, and the width of its
stem."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_core import PydanticCustomError

from resspec.errors import SpecError
from resspec.parts import Stem
from resspec.parts.widths import divisible
from resspec.record import Record
from resspec.spec.faults import faults_of
from resspec.spec.merging import spelled_out
from resspec.spec.tree import Entry, entry_of

KEY = "scale"


class Scale(Record):
    """Factors of a whole net (arXiv:1905.11946)."""

    width: Annotated[float, Field(gt=0)] = 1.0
    """Factor of the channels of stem and stages."""
    depth: Annotated[float, Field(gt=0)] = 1.0
    """Factor of the number of blocks of each stage, rounded up."""
    divisor: Annotated[int, Field(ge=1)] = 8
    """Scaled widths are rounded to the nearest multiple of this, and never fall by more than a tenth."""

    def channels(self, width: Any) -> Any:
        """A width, scaled; what is no width is left for its own check."""
        return divisible(width * self.width, self.divisor) if _is_count(width) and self.width != 1 else width

    def blocks(self, depth: Any) -> Any:
        """A depth, scaled."""
        return max(1, math.ceil(round(depth * self.depth, 6))) if _is_count(depth) else depth


def scaled(root: Entry) -> Entry:
    """The tree with its scale applied to the stages and the stem, and `scale` itself taken away."""
    found = root.find((KEY,))
    if found is None:
        return root
    try:
        scale = Scale.model_validate(found.plain())
    except ValidationError as error:
        raise SpecError(*faults_of(error, root, lambda path: (KEY, *path))) from None
    fields = {key: entry for key, entry in root.value.items() if key != KEY}
    if "stem" in fields:
        fields["stem"] = _stem(fields["stem"], scale)
    stages = fields.get("stages")
    if stages is not None and isinstance(stages.value, list):
        fields["stages"] = Entry([_stage(stage, scale) for stage in stages.value], stages.mark, stages.key)
    return Entry(fields, root.mark, root.key)


def _stage(stage: Entry, scale: Scale) -> Entry:
    if not isinstance(stage.value, dict):
        return stage
    fields = dict(stage.value)
    for key, rule in (("width", scale.channels), ("depth", scale.blocks)):
        if key in fields:
            fields[key] = Entry(rule(fields[key].value), fields[key].mark, fields[key].key)
    return Entry(fields, stage.mark, stage.key)


def _stem(written: Entry, scale: Scale) -> Entry:
    """The stem with scaled widths, those that it defaults to among them."""
    entry = spelled_out(written)
    try:
        stem = Stem.read(entry.plain())
    except (ValidationError, PydanticCustomError):
        return written  # its own check will say what is wrong
    fields = dict(entry.value)
    for key, value in stem.scaled(scale.channels).items():
        fields[key] = entry_of(value, fields[key].mark if key in fields else entry.mark)
    return Entry(fields, entry.mark, entry.key)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
