"""Successive halving."""

from __future__ import annotations

from typing import Annotated, ClassVar

from optuna.pruners import BasePruner, SuccessiveHalvingPruner
from pydantic import Field

from resspec.study.pruning.pruner import Count, Pruner


class Halving(Pruner):
    """Lets the best 1/factor of the trials that came to a rung go on to the next, which lies factor times as many steps
    away, and asks no trial to wait for others: asynchronous successive halving (arXiv:1810.05934)."""

    kind: ClassVar[str] = "halving"

    first: Annotated[int, Field(ge=1)] = 1
    """Steps to the first rung."""
    factor: Annotated[int, Field(ge=2)] = 3
    """One in so many trials goes on, and so many times further."""
    startup: Count = 0
    """Trials that must have come to a rung before any is stopped at it; by default the first one goes on."""

    def make(self) -> BasePruner:
        """Optuna's successive halving."""
        return SuccessiveHalvingPruner(
            min_resource=self.first, reduction_factor=self.factor, bootstrap_count=self.startup
        )
