"""Values whose sum is bounded."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import model_validator

from resspec.record import refusal
from resspec.study.constraints.constraint import Constraint


class Total(Constraint):
    """The sum of the values lies between `low` and `high`: a depth in all, shared out over the stages."""

    kind: ClassVar[str] = "total"

    low: int | float | None = None
    """The smallest sum."""
    high: int | float | None = None
    """The largest sum; values are then no less than 0."""

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.low is None and self.high is None:
            raise refusal("range_empty", "a total bounds nothing", "write low, high, or both")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise refusal("range_empty", f"low {self.low} is above high {self.high}")
        return self

    def start(self) -> Any:
        """Nothing yet."""
        return 0

    def step(self, memory: Any, value: Any) -> Any | None:
        """The sum so far."""
        total = memory + value
        if self.high is not None and total > self.high:
            return None
        return total

    def accepts(self, memory: Any) -> bool:
        """Whether the sum is large enough, and not too large."""
        return (self.low is None or memory >= self.low) and (self.high is None or memory <= self.high)
