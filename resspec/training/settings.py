"""Settings of a training from plain data and changes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from resspec.errors import SpecError, in_file_order
from resspec.record import Record
from resspec.spec.faults import faults_of
from resspec.spec.overrides import apply_overrides
from resspec.spec.tree import entry_of

R = TypeVar("R", bound=Record)


def settings_of(record: type[R], given: Mapping[str, Any] | R | None, changes: Sequence[str]) -> R:
    """The record that plain data (by default none) and changes of it (`lr=0.01`) mean; SpecError with every fault
    otherwise."""
    data = given.model_dump() if isinstance(given, Record) else dict(given or {})
    root = apply_overrides(entry_of(data), tuple(changes), {})
    try:
        return record.model_validate(root.plain())
    except ValidationError as error:
        raise SpecError(*in_file_order(faults_of(error, root, lambda path: path))) from None
