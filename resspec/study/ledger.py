"""The ledger of a study: who runs which trial. A trial enters it whole or not at all, by one record, under one lock; a
trial whose process died is found and run again under the same number."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from resspec.errors import SearchError
from resspec.study.owner import OWNER, owner_of
from resspec.study.spool import Spool, Unsent
from resspec.study.stores import Store
from resspec.study.stores.opening import open_store

logger = logging.getLogger(__name__)

ERROR = "error"
FIGURES = "figures"
MAX_ATTEMPTS = 3
"""How often a trial is started before it is given up: what kills its process thrice would do so again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A trial that is about to be stored: its parameters, what resspec knows of it, and the sampler's notes."""

    params: Mapping[str, Any]
    distributions: Mapping[str, BaseDistribution]
    facts: Mapping[str, Any]
    notes: Mapping[str, Any]


class Lost(Exception):  # noqa: N818  # no error: the other process will end the trial
    """This process was taken for dead, and another one runs its trial now."""


class Ledger:
    """The trials of one study, seen from one process; `folder` is for what the search leaves beside them."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        name: str,
        directions: Sequence[StudyDirection] = (StudyDirection.MAXIMIZE,),
    ) -> None:
        """Open the study, or create it; two processes that come at once agree on one."""
        self.folder = folder
        self._store = store
        self.study = store.study(name, directions)
        self.storage = self.study._storage  # noqa: SLF001  # the same with Optuna's cache, where it has one
        self._study_id = self.storage.get_study_id_from_name(name)
        self._mine: set[int] = set()
        self._settled = 0
        self._spool = Spool(folder)
        self._send()

    def close(self) -> None:
        """Leave the study. A trial that this process still holds is given back, to be run again from its start."""
        self._store.hasten()
        with suppress(OSError, SearchError):  # where the store is away, the trial is found as that of a dead process
            for trial in self._open(self.trials()):
                if trial.state == TrialState.RUNNING and owner_of(trial).id == self._store.me.id:
                    self.storage.set_trial_state_values(trial._trial_id, TrialState.WAITING)  # noqa: SLF001
        self._store.close()

    @property
    def shares_folder(self) -> bool:
        """Whether all processes of the study see this folder."""
        return self._store.shares_folder

    def lock(self, what: str, *, waits: bool = True) -> AbstractContextManager[None]:
        """Hold one of the study's locks, over all processes; Busy where another holds it and this is not to wait."""
        return self._store.lock(what, waits=waits)

    def trials(self) -> list[FrozenTrial]:
        """All trials by number. Not to be changed."""
        return self.study.get_trials(deepcopy=False)

    def fact(self, key: str) -> Any:
        """What is written of the study as a whole; None where nothing is."""
        return self.study.user_attrs.get(key)

    def settle(self, key: str, value: Any) -> Any:
        """Write a fact of the study unless it is written already; what stands in the end."""

        def act() -> Any:
            with self.lock("study"):
                if key not in self.study.user_attrs:
                    self.study.set_user_attr(key, value)
                return self.study.user_attrs[key]

        return self._store.patiently(act)

    def write(self, key: str, value: Any) -> None:
        """Write a fact of the study, whatever was written before."""

        def act() -> None:
            with self.lock("study"):
                if self.study.user_attrs.get(key) != value:
                    self.study.set_user_attr(key, value)

        self._store.patiently(act)

    def claim(self, total: int, propose: Callable[[Sequence[FrozenTrial]], Entry]) -> FrozenTrial | None:
        """The next trial for this process: one that lost its process, else a new one; None when `total` trials are
        taken."""
        return self._store.patiently(lambda: self._claimed(total, propose))

    def report(self, trial: FrozenTrial, step: int, value: float) -> FrozenTrial:
        """Record an intermediate value; the trial as it now stands. Lost where it is another's by now."""
        try:
            self.storage.set_trial_intermediate_value(trial._trial_id, step, value)  # noqa: SLF001
        except UpdateFinishedTrialError:
            raise Lost from None
        return self._still_mine(trial)

    def note(self, trial: FrozenTrial, key: str, fact: Any) -> None:
        """Record a fact of a running trial. Lost where it is another's by now."""
        try:
            self.storage.set_trial_user_attr(trial._trial_id, key, fact)  # noqa: SLF001
        except UpdateFinishedTrialError:
            raise Lost from None

    def finish(
        self, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None, facts: Mapping[str, Any]
    ) -> FrozenTrial:
        """End a trial with its values and what else is to be known of it. Lost where it is another's by now."""
        try:
            self._store.patiently(lambda: self._finished(trial, state, values, facts))
        except (SearchError, OSError):
            with suppress(OSError):  # a disk that is full for the journal may be so for this
                self._spool.keep(Unsent(trial.number, self._store.me.id, state.name, values and list(values), facts))
            raise
        self._mine.discard(trial._trial_id)  # noqa: SLF001
        self._store.holding(sorted(self._mine))
        return self.storage.get_trial(trial._trial_id)  # noqa: SLF001

    def busy(self) -> int:
        """Number of trials that other living processes run."""
        return sum(t.state == TrialState.RUNNING and not self._is_free(t) for t in self._open(self.trials()))

    def _claimed(self, total: int, propose: Callable[[Sequence[FrozenTrial]], Entry]) -> FrozenTrial | None:
        """A trial claimed under the study's lock."""
        with self.lock("study"):
            trials = self.trials()
            for trial in self._open(trials):
                if self._adopt(trial):
                    return self._held(trial._trial_id)  # noqa: SLF001  # the key that storages use
            if len(trials) >= total:
                return None
            entry = propose(trials)
            return self._held(self.storage.create_new_trial(self._study_id, self._stored(entry)))

    def _finished(
        self, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None, facts: Mapping[str, Any]
    ) -> None:
        """End a trial under the study's lock; at once where an earlier try did, whose answer was lost."""
        with self.lock("study"):
            if not self._still_mine(trial).state.is_finished():
                self._end(trial, state, values, facts)

    def _send(self) -> None:
        """Record what an earlier process could not, unless somebody runs the trial again by now."""
        for unsent in self._spool.kept():

            def act(unsent: Unsent = unsent) -> None:
                with self.lock("study"):
                    trial = next((t for t in self._open(self.trials()) if t.number == unsent.number), None)
                    if trial is not None and owner_of(trial).id == unsent.owner:
                        logger.info("trial %d is recorded late", trial.number)
                        self._end(trial, TrialState[unsent.state], unsent.values, unsent.facts)

            self._store.patiently(act)
            self._spool.drop(unsent)

    def _open(self, trials: Sequence[FrozenTrial]) -> Iterator[FrozenTrial]:
        """The trials that are not finished. Those before the first of them are never looked at again."""
        while self._settled < len(trials) and trials[self._settled].state.is_finished():
            self._settled += 1
        return (trial for trial in trials[self._settled :] if not trial.state.is_finished())

    def _stored(self, entry: Entry) -> FrozenTrial:
        """The running trial that an entry becomes, complete in one record."""
        return create_trial(
            state=TrialState.RUNNING,
            params=dict(entry.params),
            distributions=dict(entry.distributions),
            user_attrs={**entry.facts, OWNER: self._ownership(1)},
            system_attrs=dict(entry.notes),
        )

    def _ownership(self, attempt: int) -> dict[str, Any]:
        return replace(self._store.me, attempt=attempt).to_dict()

    def _held(self, trial: int) -> FrozenTrial:
        """A trial that this process runs from now on."""
        self._mine.add(trial)
        self._store.holding(sorted(self._mine))
        return self.storage.get_trial(trial)

    def _adopt(self, trial: FrozenTrial) -> bool:
        """Take over a trial that nobody runs; False where somebody does, or where it was given up."""
        interrupted = trial.state == TrialState.WAITING
        if not interrupted and not self._is_free(trial):
            return False
        is_known = interrupted or owner_of(trial).id == self._store.me.id
        attempt = owner_of(trial).attempt + (not is_known)
        if attempt > MAX_ATTEMPTS:
            self._end(trial, TrialState.FAIL, None, {ERROR: f"its process died {MAX_ATTEMPTS} times"})
            return False
        logger.info("trial %d is run again: its process ended before it did", trial.number)
        self.storage.set_trial_user_attr(trial._trial_id, OWNER, self._ownership(attempt))  # noqa: SLF001
        if interrupted:
            self.storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING)  # noqa: SLF001
        return True

    def _end(
        self, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None, facts: Mapping[str, Any]
    ) -> None:
        """Write how a trial ended, its state last."""
        for key, fact in facts.items():
            self.storage.set_trial_user_attr(trial._trial_id, key, fact)  # noqa: SLF001
        self.storage.set_trial_state_values(trial._trial_id, state, values)  # noqa: SLF001

    def _still_mine(self, trial: FrozenTrial) -> FrozenTrial:
        """The trial as it stands; Lost where another process runs it."""
        now = self.storage.get_trial(trial._trial_id)  # noqa: SLF001
        if owner_of(now).id != self._store.me.id:
            self._mine.discard(trial._trial_id)  # noqa: SLF001
            raise Lost
        return now

    def _is_free(self, trial: FrozenTrial) -> bool:
        """Whether nobody runs a running trial: its process is gone, or it is this one and does not know of it."""
        owner = owner_of(trial)
        if owner.id == self._store.me.id:
            return trial._trial_id not in self._mine  # noqa: SLF001
        return not owner.id or self._store.is_gone(trial, owner)


def open_ledger(
    folder: Path,
    name: str,
    storage: str | None = None,
    directions: Sequence[StudyDirection] = (StudyDirection.MAXIMIZE,),
) -> Ledger:
    """The ledger of a study; SearchError where its folder or its database cannot be used."""
    return Ledger(open_store(folder, name, storage), folder, name, directions)
