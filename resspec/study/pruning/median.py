"""Pruning against the other trials at the same step."""

from __future__ import annotations

from typing import Annotated, ClassVar

from optuna.pruners import BasePruner, PercentilePruner
from pydantic import Field

from resspec.study.pruning.pruner import Count, Pruner


class Median(Pruner):
    """Stops a trial whose best value so far is below what `keep` percent of the complete trials had at the same
    step."""

    kind: ClassVar[str] = "median"

    keep: Annotated[float, Field(gt=0, le=100)] = 50.0
    """Percentage of trials that pass."""
    startup: Count = 5
    """Complete trials before any is stopped."""
    warmup: Count = 0
    """Steps that every trial may run."""

    def make(self) -> BasePruner:
        """Optuna's percentile pruner."""
        return PercentilePruner(self.keep, n_startup_trials=self.startup, n_warmup_steps=self.warmup)
