"""The forms of a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from resspec.study.reporting.importance import importances
from resspec.study.reporting.page import page
from resspec.study.reporting.png import png
from resspec.study.reporting.summary import front_sheet, status
from resspec.study.result import Result


def data(result: Result) -> dict[str, Any]:
    """Everything in figures: the status, every trial, the hypervolume after each, the importance of each value."""
    found = [importance.to_dict() for importance in importances(result)]
    return {"status": status(result), "result": result.to_dict(), "importance": found}


def _json(result: Result) -> bytes:
    return (json.dumps(data(result), indent=2) + "\n").encode()


FORMS: Final[Mapping[str, Callable[[Result], bytes]]] = MappingProxyType(
    {
        "html": lambda result: page(result).encode(),
        "png": png,
        "md": lambda result: front_sheet(result).markdown().encode(),
        "json": _json,
    }
)
"""By the suffix of their files."""


def written(result: Result, form: str) -> bytes:
    """A report in one of the FORMS."""
    return FORMS[form](result)
