"""Hyperband."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from optuna.pruners import BasePruner, HyperbandPruner
from pydantic import Field, model_validator

from resspec.record import refusal
from resspec.study.pruning.pruner import Pruner


class Hyperband(Pruner):
    """Successive halving from several first rungs at once, each trial by one of them: where early steps mislead, the
    trials with a late first rung show it (arXiv:1603.06560)."""

    kind: ClassVar[str] = "hyperband"

    first: Annotated[int, Field(ge=1)] = 1
    """Steps to the first rung of the most impatient bracket."""
    last: Annotated[int, Field(ge=1)] | None = None
    """Steps of a whole trial; by default those of the first complete one, and until then no trial is stopped."""
    factor: Annotated[int, Field(ge=2)] = 3
    """One in so many trials goes on, and so many times further."""

    @model_validator(mode="after")
    def _last_comes_behind_first(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise refusal("range_empty", f"last {self.last} is below first {self.first}", f"last: {self.first} or more")
        return self

    def make(self) -> BasePruner:
        """Optuna's Hyperband."""
        return HyperbandPruner(min_resource=self.first, max_resource=self.last or "auto", reduction_factor=self.factor)
