"""Values that go together as listed."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from resspec.record import Listed, refusal
from resspec.study.constraints.constraint import Constraint


class Among(Constraint):
    """The values, one for each path, are one of the rows: a stage that is left out keeps resolution and width."""

    kind: ClassVar[str] = "among"
    numeric: ClassVar[bool] = False

    rows: Annotated[tuple[Any, ...], Listed, Field(min_length=1)]
    """Lists of values, each as long as the paths."""

    @field_validator("rows")
    @classmethod
    def _rows_are_lists(cls, rows: tuple[Any, ...]) -> tuple[Any, ...]:
        for row in rows:
            if not isinstance(row, list):
                raise refusal("values_type", f"a row lists a value for each path, and is not {row!r:.60}")
        return rows

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        long = [row for row in self.rows if len(row) != len(self.of)]
        if long and not any("*" in path for path in self.of):
            law = f"a row has a value for each of {len(self.of)} paths, and {long[0]!r:.60} has {len(long[0])}"
            raise refusal("range_step", law)
        return self

    def start(self) -> Any:
        """All rows, nothing of them seen."""
        return (0, tuple(range(len(self.rows))))

    def step(self, memory: Any, value: Any) -> Any | None:
        """The rows that begin with the values so far."""
        place, left = memory
        kept = tuple(row for row in left if len(self.rows[row]) > place and self.rows[row][place] == value)
        return (place + 1, kept) if kept else None

    def accepts(self, memory: Any) -> bool:
        """Whether a row ends here."""
        place, left = memory
        return any(len(self.rows[row]) == place for row in left)
