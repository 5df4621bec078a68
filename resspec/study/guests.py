"""Code of the user's that a search runs between trials: samplers, pruners, callbacks; and what becomes of an error in
them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from optuna.study import Study
from optuna.trial import FrozenTrial

from resspec.errors import ResspecError, SearchError
from resspec.study.evaluators.python import imported
from resspec.study.frontier import Exhausted


@contextmanager
def guest(what: str) -> Iterator[None]:
    """Let what the user's code raises end the search by the code's name; SearchError."""
    try:
        yield
    except (ResspecError, Exhausted):
        raise
    except Exception as error:
        raise SearchError.of(
            "RS541",
            f"{what} raised {type(error).__name__}: {error}{line_of(error)}",
            remedy="mend it: what was finished is kept, and the same command goes on",
        ) from error


def line_of(error: BaseException) -> str:
    """Where an error was raised: ` (mine.py:27)`."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"


def made(path: str, options: Mapping[str, Any], **offered: Any) -> Any:
    """What a class or function `module:name` makes of its options, and of what is offered as far as it takes that;
    SearchError where it makes nothing."""
    factory: Any = imported(path)
    try:
        takes = inspect.signature(factory).parameters
        is_open = any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values())
        return factory(**{**{key: value for key, value in offered.items() if is_open or key in takes}, **options})
    except Exception as error:
        raise SearchError.of(
            "RS540", f"{path} cannot be called: {type(error).__name__}: {error}", remedy="its keywords go into options"
        ) from error


class Callbacks:
    """Functions `module:name`, called as Optuna's are. `study.stop()` ends the search, as it ends Optuna's."""

    def __init__(self, paths: list[str]) -> None:
        """Import them; SearchError where one is not there."""
        self._named: dict[str, Any] = {path: imported(path) for path in paths}

    def tell(self, study: Study, ended: FrozenTrial) -> bool:
        """Call each with a trial that ended; whether one asked for the end."""
        here: Any = study._thread_local  # noqa: SLF001  # by this Optuna knows that a callback is running
        here.in_optimize_loop, study._stop_flag = True, False  # noqa: SLF001
        try:
            for path, call in self._named.items():
                with guest(f"the callback {path!r}"):
                    call(study, ended)
        finally:
            here.in_optimize_loop = False
        return bool(study._stop_flag)  # noqa: SLF001
