"""No pruning."""

from __future__ import annotations

from typing import ClassVar

from optuna.pruners import BasePruner, NopPruner

from resspec.study.pruning.pruner import Pruner


class Never(Pruner):
    """Lets every trial run to its end."""

    kind: ClassVar[str] = "none"

    def make(self) -> BasePruner:
        """Optuna's pruner that never prunes."""
        return NopPruner()
