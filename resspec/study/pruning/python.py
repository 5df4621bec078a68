"""A pruner of the user's: any of Optuna's interface."""

from __future__ import annotations

from typing import Any, ClassVar

from optuna.pruners import BasePruner
from pydantic import Field

from resspec.errors import SearchError
from resspec.study.functions import FunctionPath
from resspec.study.guests import made
from resspec.study.pruning.pruner import Pruner


class Python(Pruner):
    """A class or function `module:name`, seen from the working directory, that makes an `optuna.pruners.BasePruner`."""

    kind: ClassVar[str] = "python"
    short: ClassVar[str] = "function"

    function: FunctionPath
    """What makes the pruner."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Its keywords."""

    @property
    def runs_code(self) -> bool:
        """A file that names code has to be allowed to."""
        return True

    def make(self) -> BasePruner:
        """What the function makes; SearchError where that is no pruner."""
        pruner = made(self.function, self.options)
        if not isinstance(pruner, BasePruner):
            law = f"{self.function} makes a {type(pruner).__name__}, which is no optuna.pruners.BasePruner"
            raise SearchError.of("RS540", law)
        return pruner
