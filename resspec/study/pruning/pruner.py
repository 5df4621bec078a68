"""What a pruner is: it decides after each reported value whether a trial goes on."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar

from optuna.pruners import BasePruner
from pydantic import Field

from resspec.training.plugin import Plugin

Count = Annotated[int, Field(ge=0)]


class Pruner(Plugin):
    """Decides after each reported value whether a trial goes on."""

    family: ClassVar[str] = "pruner"
    home: ClassVar[str] = "resspec.study.pruning"
    group: ClassVar[str] = "resspec.pruners"

    @property
    def runs_code(self) -> bool:
        """Whether the file names Python code to run, which someone has to allow."""
        return False

    @abstractmethod
    def make(self) -> BasePruner:
        """The pruner as Optuna knows it."""
