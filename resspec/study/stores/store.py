"""What a store is: Optuna's storage, locks that die with their holder, and knowledge of who is alive."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

import optuna
from optuna.storages import BaseStorage
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial

from resspec.study.mirror import quiet
from resspec.study.owner import Owner

T = TypeVar("T")


class Busy(Exception):  # noqa: N818  # an answer, no error
    """Another process holds a lock."""


class Store(ABC):
    """Where one study is kept, seen from one process."""

    storage: BaseStorage
    """The trials, as Optuna keeps them."""
    me: Owner
    """This process."""
    place: str
    """What messages call the store."""

    shares_folder: bool
    """Whether all processes of the study see one folder."""

    @abstractmethod
    def lock(self, what: str, *, waits: bool = True) -> AbstractContextManager[None]:
        """Hold the study's lock of this name, over all processes on all machines. It is never stale. Busy where another
        process holds it and this one is not to wait."""

    @abstractmethod
    def is_gone(self, trial: FrozenTrial, owner: Owner) -> bool:
        """Whether the process that runs a trial, another one than this, has died."""

    @abstractmethod
    def holding(self, trials: Sequence[int]) -> None:
        """This process now runs the trials of these storage numbers, and no others."""

    def patiently(self, act: Callable[[], T]) -> T:
        """What an act returns that takes a lock and writes; it is done again where the store went away within."""
        return act()

    def hasten(self) -> None:  # noqa: B027  # most stores wait for nothing
        """Wait no longer than a person would: the process is about to end."""

    @abstractmethod
    def close(self) -> None:
        """Leave the store."""

    def study(self, name: str, directions: Sequence[StudyDirection]) -> Study:
        """The study of a name, created where there is none; all who come at once get the same."""

        def created() -> Study:
            with self.lock("study"), quiet():
                return optuna.create_study(
                    storage=self.storage, study_name=name, directions=list(directions), load_if_exists=True
                )

        return self.patiently(created)
