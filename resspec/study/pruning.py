"""Who stops poor trials early, on the values they report while they run."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar

from optuna.pruners import BasePruner, NopPruner, PercentilePruner
from pydantic import Field

from resspec.training.plugin import Plugin

Count = Annotated[int, Field(ge=0)]


class Pruner(Plugin):
    """Decides after each reported value whether a trial goes on."""

    family: ClassVar[str] = "pruner"
    home: ClassVar[str] = "resspec.study.pruning"
    group: ClassVar[str] = "resspec.pruners"

    @abstractmethod
    def make(self) -> BasePruner:
        """The pruner as Optuna knows it."""


class Never(Pruner):
    """Lets every trial run to its end."""

    kind: ClassVar[str] = "none"

    def make(self) -> BasePruner:
        """Optuna's pruner that never prunes."""
        return NopPruner()


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
