"""The space of a search: which values the paths of a spec may take, and how a point of it is stored. The encoding is
fixed: every parameter always exists."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic import Field, model_validator

from resspec.parts.widths import divisible
from resspec.record import Listed, Record, refusal

Point = tuple[int, ...]
"""A network of a space: for each dimension the position of its value."""
Label = str | int | float | bool | None
"""A value as Optuna stores it."""

MAX_VALUES = 10_000
LONGEST_LABEL = 60
TIE = ","
"""Between paths that take one value together."""


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
            raise refusal("range_empty", f"low {self.low} is above high {self.high}", "exchange them")
        if over := (self.high - self.low) % self.step:
            near = f"{self.high - over} or {self.high - over + self.step}"
            raise refusal(
                "range_step", f"steps of {self.step} from {self.low} do not meet {self.high}", f"nearest: {near}"
            )
        if (self.high - self.low) // self.step >= MAX_VALUES:
            raise refusal("range_long", f"a range has at most {MAX_VALUES:,} values", "take a larger step")
        return self

    def dimension(self, name: str) -> Dimension:
        """The range as a dimension; neighbours are near."""
        values = tuple(range(self.low, self.high + 1, self.step))
        distribution = IntDistribution(self.low, self.high, step=self.step)
        return Dimension(name, values, values, distribution, ordered=True, settings=_alike(name, values))


class Scaled(Record):
    """The base's own number times a factor, rounded to a multiple of `divisor` and never more than a tenth below: a
    width that grows and shrinks with the base, or several in step."""

    scale: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Listed, Field(min_length=1)]
    """The factors, from small to large."""
    divisor: Annotated[int, Field(ge=1)] = 8
    """What the numbers are multiples of."""

    @model_validator(mode="after")
    def _factors_rise(self) -> Self:
        if list(self.scale) != sorted(set(self.scale)):
            raise refusal("range_step", f"factors rise, and {list(self.scale)} do not", "write each once, sorted")
        return self

    def dimension(self, name: str, own: Mapping[str, int]) -> Dimension:
        """The factors as a dimension, over what the base says at its paths; neighbours are near."""
        factors = tuple(float(factor) for factor in self.scale)
        settings = tuple(
            {path: divisible(value * factor, self.divisor) for path, value in own.items()} for factor in factors
        )
        step = (factors[-1] - factors[0]) / max(1, len(factors) - 1)
        even = all(math.isclose(factor, factors[0] + i * step) for i, factor in enumerate(factors)) and step > 0
        distribution: BaseDistribution = CategoricalDistribution(factors)
        if even:
            distribution = FloatDistribution(factors[0], factors[-1], step=step)
        return Dimension(name, factors, factors, distribution, ordered=True, settings=settings)


def choices(name: str, values: list[Any]) -> Dimension:
    """Listed values as a dimension; none is nearer to another. A mapping or list is stored as short text, a part as its
    kind with what it says, and what is longer by its position."""
    labels = tuple(_label(value, position) for position, value in enumerate(values))
    labels = tuple(
        f"#{position}" if _is_spoken(label, value) and labels.count(label) > 1 else label
        for position, (label, value) in enumerate(zip(labels, values, strict=True))
    )
    distribution = CategoricalDistribution(labels)
    return Dimension(name, tuple(values), labels, distribution, ordered=False, settings=_alike(name, values))


def tied(name: str) -> tuple[str, ...]:
    """The paths of a name: `stages.1.width, stages.2.width` is two that take one value."""
    return tuple(path.strip() for path in name.split(TIE))


def _alike(name: str, values: Sequence[Any]) -> tuple[dict[str, Any], ...]:
    return tuple(dict.fromkeys(tied(name), value) for value in values)


def _label(value: Any, position: int) -> Label:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    text = spoken_part(value) or _compact(value)
    return text if len(text) <= LONGEST_LABEL else f"#{position}"


def spoken_part(value: Any) -> str:
    """A part in a word: `inverted-residual(ratio=6.0,kernel=5)`, `eca`; nothing for what is no part."""
    if not isinstance(value, Mapping) or not isinstance(value.get("kind"), str):
        return ""
    said = ",".join(
        f"{key}={field if isinstance(field, str) else _compact(field)}" for key, field in value.items() if key != "kind"
    )
    return f"{value['kind']}({said})" if said else str(value["kind"])


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _is_spoken(label: Label, value: Any) -> bool:
    return isinstance(value, Mapping) and label == spoken_part(value)


@dataclass(frozen=True)
class Dimension:
    """What a point chooses once: its values with the labels they are stored by, and the spec paths that each value
    sets."""

    path: str
    """The name: a path, or several with commas between."""
    values: tuple[Any, ...]
    labels: tuple[Label, ...]
    distribution: BaseDistribution
    ordered: bool
    settings: tuple[dict[str, Any], ...]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def spoken(self) -> bool:
        """Whether parts among its values are stored as their kind with what it says."""
        return any(_is_spoken(*pair) for pair in zip(self.labels, self.values, strict=True))

    @property
    def paths(self) -> tuple[str, ...]:
        """The spec paths."""
        return tuple(self.settings[0])

    def position(self, label: object) -> int:
        """Where a label stands; True is not 1 and 1.0 is not 1. A factor is met though its sum was rounded."""
        for place, known in enumerate(self.labels):
            if type(known) is type(label) and (known == label or _close(known, label)):
                return place
        raise ValueError(f"{self.path} has no value {label!r}")


def _close(known: Label, label: object) -> bool:
    return isinstance(known, float) and isinstance(label, float) and math.isclose(known, label, rel_tol=1e-9)


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
        found: dict[str, Any] = {}
        for dimension, position in zip(self.dimensions, point, strict=True):
            found |= dimension.settings[position]
        return found

    def params(self, point: Point) -> dict[str, Label]:
        """A point as Optuna stores it."""
        return {d.path: d.labels[i] for d, i in zip(self.dimensions, point, strict=True)}

    def point(self, params: Mapping[str, object]) -> Point:
        """The point that stored parameters mean."""
        return tuple(d.position(params[d.path]) for d in self.dimensions)

    def points(self) -> Iterator[Point]:
        """Every point, the last dimension running fastest."""
        return (tuple(point) for point in np.ndindex(self.shape))

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each dimension."""
        return tuple(len(dimension) for dimension in self.dimensions)

    def draw(self, random: np.random.Generator, count: int) -> NDArray[np.intp]:
        """Points [count, dimensions], all equally likely."""
        return np.stack([random.integers(size, size=count) for size in self.shape], axis=1)

    def distances(self, points: NDArray[np.intp], point: Point) -> NDArray[np.float64]:
        """How far each row of `points` lies from a point: ordered dimensions count the share of their length, others 0
        or 1."""
        total = np.zeros(len(points))
        for axis, dimension in enumerate(self.dimensions):
            gap = np.abs(points[:, axis] - point[axis])
            total += gap / max(1, len(dimension) - 1) if dimension.ordered else gap > 0
        return total
