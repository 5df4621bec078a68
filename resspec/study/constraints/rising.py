"""Values that never fall."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import field_validator

from resspec.record import Listed, refusal
from resspec.study.constraints.constraint import Constraint


class Rising(Constraint):
    """Each value is at least the one before it, as the widths of nearly all ResNets are; with `by`, it is the one
    before it times one of these factors."""

    kind: ClassVar[str] = "rising"

    by: Annotated[tuple[int | float, ...], Listed] | None = None
    """The factors between neighbours: [1, 2] keeps or doubles."""

    @field_validator("by")
    @classmethod
    def _some_factor(cls, by: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if by is not None and not by:
            raise refusal("choices_empty", "no factor to choose from")
        return by

    def start(self) -> Any:
        """No value yet."""
        return -1

    def step(self, memory: Any, value: Any) -> Any | None:
        """The last value."""
        if memory == -1:
            return value
        kept = value >= memory if self.by is None else any(value == memory * factor for factor in self.by)
        return value if kept else None

    def accepts(self, memory: Any) -> bool:
        """Always: every step was."""
        return True
