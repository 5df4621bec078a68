"""The space of a search: which values each spec path may take, and how a point of it is stored. The encoding is fixed:
every parameter always exists."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from pydantic import Field, model_validator

from resspec.record import Record, refusal

Point = tuple[int, ...]
"""A network of a space: for each dimension the position of its value."""
Label = str | int | float | bool | None
"""A value as Optuna stores it."""

MAX_VALUES = 10_000
LONGEST_LABEL = 40


class Range(Record):
    """Whole numbers from `low` to `high`, both included, `step` apart."""

    low: int
    """The smallest value."""
    high: int
    """The largest value."""
    step: Annotated[int, Field(ge=1)] = 1
    """The distance between neighbours."""

    @model_validator(mode="after")
    def _ends_are_values(self) -> Self:
        if self.low > self.high:
            raise refusal("range_empty", f"low {self.low} is above high {self.high}")
        if over := (self.high - self.low) % self.step:
            near = f"{self.high - over} or {self.high - over + self.step}"
            raise refusal(
                "range_step", f"steps of {self.step} from {self.low} do not meet {self.high}", f"nearest: {near}"
            )
        if (self.high - self.low) // self.step >= MAX_VALUES:
            raise refusal("range_long", f"a range has at most {MAX_VALUES:,} values")
        return self

    def dimension(self, path: str) -> Dimension:
        """The range as a dimension; neighbours are near."""
        values = tuple(range(self.low, self.high + 1, self.step))
        return Dimension(path, values, values, IntDistribution(self.low, self.high, step=self.step), ordered=True)


def choices(path: str, values: list[Any]) -> Dimension:
    """Listed values as a dimension; none is nearer to another. A mapping or list is stored as short text or by its
    position."""
    labels = tuple(_label(value, position) for position, value in enumerate(values))
    return Dimension(path, tuple(values), labels, CategoricalDistribution(labels), ordered=False)


def _label(value: Any, position: int) -> Label:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text if len(text) <= LONGEST_LABEL else f"#{position}"


@dataclass(frozen=True)
class Dimension:
    """One spec path and the values it may take, with the labels they are stored by."""

    path: str
    values: tuple[Any, ...]
    labels: tuple[Label, ...]
    distribution: BaseDistribution
    ordered: bool

    def __len__(self) -> int:
        return len(self.values)

    def position(self, label: object) -> int:
        """Where a label stands; True is not 1 and 1.0 is not 1."""
        return next(i for i, known in enumerate(self.labels) if known == label and type(known) is type(label))


@dataclass(frozen=True)
class Space:
    """All combinations of the dimensions' values."""

    dimensions: tuple[Dimension, ...]

    @cached_property
    def size(self) -> int:
        """Number of points."""
        return math.prod(len(dimension) for dimension in self.dimensions)

    @cached_property
    def distributions(self) -> dict[str, BaseDistribution]:
        """The space as Optuna knows it."""
        return {dimension.path: dimension.distribution for dimension in self.dimensions}

    def values(self, point: Point) -> dict[str, Any]:
        """What a point sets: spec path -> value."""
        return {d.path: d.values[i] for d, i in zip(self.dimensions, point, strict=True)}

    def params(self, point: Point) -> dict[str, Label]:
        """A point as Optuna stores it."""
        return {d.path: d.labels[i] for d, i in zip(self.dimensions, point, strict=True)}

    def point(self, params: Mapping[str, object]) -> Point:
        """The point that stored parameters mean."""
        return tuple(d.position(params[d.path]) for d in self.dimensions)

    def points(self) -> Iterator[Point]:
        """Every point, the last dimension running fastest."""
        shape = tuple(len(dimension) for dimension in self.dimensions)
        return (tuple(point) for point in np.ndindex(shape))

    def draw(self, random: np.random.Generator) -> Point:
        """A point, all equally likely."""
        return tuple(int(random.integers(len(dimension))) for dimension in self.dimensions)

    def distances(self, points: NDArray[np.intp], point: Point) -> NDArray[np.float64]:
        """How far each row of `points` lies from a point: ordered dimensions count the share of their length, others 0
        or 1."""
        total = np.zeros(len(points))
        for axis, dimension in enumerate(self.dimensions):
            gap = np.abs(points[:, axis] - point[axis])
            total += gap / max(1, len(dimension) - 1) if dimension.ordered else gap > 0
        return total
