"""What a format of a table is: it reads the file, and knows which network each code in it means."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from resspec.errors import DataError
from resspec.plan import Plan
from resspec.spec.net import NetSpec
from resspec.training.plugin import Plugin


@dataclass(frozen=True, slots=True)
class Row:
    """What a table knows of a network: the accuracy after each step of each of its trainings, as shares. A table
    without learning curves has the last step alone."""

    runs: tuple[tuple[float, ...], ...]

    @property
    def accuracy(self) -> float:
        """Mean accuracy after the last step, over all trainings."""
        return sum(run[-1] for run in self.runs) / len(self.runs)


class TableFormat(Plugin):
    """How a file of trained networks is written. Its codes are networks: `code` and `spec` are each other's inverse,
    but for codes that mean the same network."""

    family: ClassVar[str] = "table format"
    home: ClassVar[str] = "resspec.study.evaluators.formats"
    group: ClassVar[str] = "resspec.table_formats"
    base: ClassVar[str] = ""
    """The shipped spec of one of its networks."""

    @property
    def start(self) -> str:
        """The spec that a search of such a table starts from."""
        return self.base

    @abstractmethod
    def rows(self, file: Path) -> Mapping[str, Row]:
        """The rows by code; DataError where the file is missing or something else."""

    @abstractmethod
    def code(self, plan: Plan) -> str | None:
        """The code of a network, as its blocks tell it; None for one that no code can mean."""

    @abstractmethod
    def spec(self, code: str) -> NetSpec:
        """The network that a code means."""


def text_of(file: Path) -> str:
    """What a table's file holds; DataError where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError.of(
            "RS652", f"there is no file {file}", remedy="give the table's path as evaluator.file"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(file, str(error)) from None


def json_of(file: Path) -> Any:
    """The data in a table's JSON file; DataError where it cannot be read."""
    text = text_of(file)
    try:
        return json.loads(text)
    except ValueError as error:
        raise damaged(file, str(error)) from None


def share(file: Path, code: str, value: object, whole: float) -> float:
    """An accuracy as a share of `whole`; DataError where it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= whole:
        return value / whole
    raise damaged(file, f"{code} has the accuracy {value!r:.40}, which is not between 0 and {whole:g}")


def alone(accuracies: Sequence[float]) -> Row:
    """The row of a network whose trainings are known by their ends."""
    return Row(tuple((accuracy,) for accuracy in accuracies))


def damaged(file: Path, why: str, remedy: str = "see docs/evaluators.md") -> DataError:
    """The error of a file that is no such table."""
    return DataError.of("RS653", f"{file} is damaged or no such table: {why}", remedy=remedy)
