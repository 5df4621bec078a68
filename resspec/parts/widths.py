"""Rules that turn ratios into whole numbers of channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from resspec.errors import Fault, GraphError
from resspec.record import Record, refusal


def scaled(width: int, ratio: float) -> int:
    """`ratio` of a width, rounded to the nearest whole number, at least 1."""
    return max(1, round(width * ratio))


def divisible(value: float, divisor: int, keep: float = 0.9) -> int:
    """The multiple of `divisor` nearest to a value, at least one divisor, and never below `keep` of the value
    (the rounding of MobileNet, arXiv:1801.04381, that SE and RegNet implementations share)."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < keep * value else rounded


def halved(width: int, widths: Sequence[int] | None, count: int) -> list[int]:
    """Widths of so many steps: those given, the last of them again where more are needed, else each half of the one
    before it. GraphError RS313 where more are given than there are steps."""
    return repeated(widths, count) if widths else [max(1, width >> place) for place in range(count)]


def repeated(widths: Sequence[int], count: int) -> list[int]:
    """Widths of so many steps, the last of them again where more are needed; GraphError RS313 where more are given."""
    if len(widths) > count:
        law = f"widths={[*widths]} has {len(widths)} values for {count} step{'s' * (count != 1)}"
        remedy = f"write {count} at most; the last one stands for all further steps"
        raise GraphError(Fault("RS313", law, remedy=remedy))
    return [*widths, *[widths[-1]] * (count - len(widths))]


class Middle(Record):
    """The middle of a bottleneck: its width and groups in the words of each paper, and whether the gate acts there."""

    ratio: Annotated[float, Field(gt=0)] = 0.25
    """Middle width as a share of a width."""
    ratio_of: Literal["output", "input"] = "output"
    """The width it is a share of: the block's output, or its input (RegNetZ of timm)."""
    groups: Annotated[int, Field(ge=1)] = 1
    """Groups of the 3x3 convolution: the cardinality of ResNeXt (arXiv:1611.05431)."""
    group_size: Annotated[int, Field(ge=1)] | None = None
    """Channels per group; replaces `groups` (RegNet, arXiv:2003.13678)."""
    base_width: Annotated[int, Field(ge=1)] | None = None
    """Channels per group where 64 are the plain bottleneck's: middle = floor(ratio · width · base_width / 64) ·
    groups."""
    gate_at: Literal["end", "middle"] = "end"
    """Where the gate acts: on the branch's output, or behind the 3x3 convolution (RegNet)."""

    @model_validator(mode="after")
    def _one_way_to_say_groups(self) -> Middle:
        if self.group_size is not None and (self.groups != 1 or self.base_width is not None):
            raise refusal("groups_twice", "`group_size` says the groups already", "leave out `groups` and `base_width`")
        return self

    def outer(self, given: int, width: int) -> int:
        """The width that the ratio is taken of, in a block from `given` to `width` channels."""
        return given if self.ratio_of == "input" else width

    def inner(self, width: int) -> int:
        """The width of the 3x3 convolution."""
        planes = scaled(width, self.ratio)
        return max(1, planes * self.base_width // 64) * self.groups if self.base_width else planes

    def cardinality(self, width: int) -> int:
        """The groups of the 3x3 convolution."""
        return max(1, self.inner(width) // self.group_size) if self.group_size else self.groups
