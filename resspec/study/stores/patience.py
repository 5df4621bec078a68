"""Patience with a database: what fails because it does not answer is tried again, more and more rarely, for a while."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.trial import TrialState
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import scoped_session, sessionmaker

from resspec.errors import ResspecError, SearchError

logger = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE_SECONDS = 300.0
"""How long a database may be away: enough for a restart or a fail-over."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0


class Patience:
    """How long this process waits for its database, by default `PATIENCE_SECONDS`."""

    def __init__(self, place: str, seconds: float = PATIENCE_SECONDS) -> None:
        self._place = place
        self.seconds = seconds

    def with_(self, act: Callable[[], T]) -> T:
        """What an act that may be done twice returns; SearchError where the database stays away."""
        end, pause = time.monotonic() + self.seconds, FIRST_PAUSE
        while True:
            try:
                return act()
            except (StorageInternalError, DBAPIError) as error:
                if not is_absence(error):
                    raise
                if time.monotonic() + pause > end:
                    raise self.lost(error) from error
                logger.warning("%s does not answer; trying again in %.1f s", self._place, pause)
            time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  # so that workers do not come back all at once
            pause = min(2 * pause, LONGEST_PAUSE)

    def lost(self, error: BaseException) -> ResspecError:
        """The database stayed away."""
        said = str(getattr(cause_of(error), "orig", error)).strip().splitlines() or ["no answer"]
        law = f"{self._place} did not answer for {self.seconds:.0f} s: {said[0]}"
        return SearchError.of(
            "RS513", law, remedy="start the database, or correct the address; nothing finished is lost"
        )


def cause_of(error: BaseException) -> BaseException:
    """What Optuna's error was raised from."""
    return error.__cause__ if isinstance(error, StorageInternalError) and error.__cause__ else error


def is_absence(error: BaseException) -> bool:
    """Whether a database failed because it was not there, or had to give up on one of several at once."""
    cause = cause_of(error)
    return isinstance(cause, (OperationalError, InterfaceError)) or (
        isinstance(cause, DBAPIError) and cause.connection_invalidated
    )


class PatientStorage(RDBStorage):
    """Optuna's storage in a database that may be away for a while. All that may be done twice is tried again; a new
    trial is not: the ledger asks for it anew, under its lock."""

    def __init__(self, url: str, patience: Patience, **options: Any) -> None:
        self.patience = patience
        super().__init__(url, **options)

    def rest(self) -> None:
        """Keep no connection from now on; whoever reads on connects for as long as that takes."""
        self.remove_session()
        self.engine.dispose()
        self.engine = create_engine(self.url, poolclass=NullPool)
        self.scoped_session = scoped_session(sessionmaker(bind=self.engine))

    def set_trial_state_values(self, trial_id: int, state: TrialState, values: Any = None) -> bool:
        """Tried again as well: where the answer was lost on its way, the state is there already."""
        write = super().set_trial_state_values
        tries = 0

        def act() -> bool:
            nonlocal tries
            tries += 1
            try:
                return write(trial_id, state, values)
            except UpdateFinishedTrialError:
                if tries > 1 and self.get_trial(trial_id).state == state:
                    return True
                raise

        return self.patience.with_(act)


def _patient(verb: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(verb)
    def act(self: PatientStorage, *given: Any, **named: Any) -> Any:
        return self.patience.with_(lambda: verb(self, *given, **named))

    return act


TRIED_AGAIN = (
    "set_study_user_attr",
    "set_study_system_attr",
    "get_study_id_from_name",
    "get_study_name_from_id",
    "get_study_directions",
    "get_study_user_attrs",
    "get_study_system_attrs",
    "get_all_studies",
    "set_trial_param",
    "set_trial_intermediate_value",
    "set_trial_user_attr",
    "set_trial_system_attr",
    "get_trial_id_from_study_id_trial_number",
    "get_trial",
    "_get_trials",
    "_get_stale_trial_ids",
)
for name in TRIED_AGAIN:
    setattr(PatientStorage, name, _patient(getattr(RDBStorage, name)))
