"""The parameters of a class: equal constants are written once, constants that vary alike share one argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import EllipsisType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resspec.export.shapes import Shape


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()
"""The constant of a step that an instance lacks."""


@dataclass(frozen=True, slots=True)
class Param:
    """A constructor argument: its name, its value in each instance, its default (Ellipsis: none)."""

    name: str
    values: tuple[Any, ...]
    default: Any | EllipsisType = ...

    @property
    def annotation(self) -> str:
        """Its type."""
        return type(next(value for value in self.values if value is not ABSENT)).__name__

    @property
    def positional(self) -> bool:
        """Whether calls give it by position: widths, as everybody writes them."""
        return self.default is ... and self.name.endswith(("channels", "features", "hidden"))


@dataclass(slots=True)
class Params:
    """The parameters of a class, and for each (step, argument) the parameter or the constant it is given."""

    listed: tuple[Param, ...] = ()
    given: dict[tuple[str, str], Param | Any] = field(default_factory=dict)
    flags: dict[str, Param] = field(default_factory=dict)

    def arguments(self, index: int) -> list[tuple[Param, Any]]:
        """Each parameter with its value in one instance; the default where the instance lacks the step."""
        return [(p, p.default if p.values[index] is ABSENT else p.values[index]) for p in self.listed]


@dataclass(slots=True)
class _Column:
    """One slot over all instances."""

    step: str
    slot: str
    values: tuple[Any, ...]
    default: Any

    def agrees(self, values: tuple[Any, ...]) -> bool:
        """Whether these values are the column's wherever it has one."""
        return all(
            mine is ABSENT or (mine == other and type(mine) is type(other))
            for mine, other in zip(self.values, values, strict=True)
        )


def params_of(shape: Shape) -> Params:
    """The parameters of a class from the constants of its instances."""
    params = Params()
    names: dict[str, list[_Column]] = {}
    hints = _hints(shape)
    for column in _columns(shape):
        present = [value for value in column.values if value is not ABSENT]
        if all(value == present[0] and type(value) is type(present[0]) for value in present):
            params.given[column.step, column.slot] = present[0]
            continue
        name = _name(column, hints, names)
        names.setdefault(name, []).append(column)
        params.given[column.step, column.slot] = name
    made = {name: _param(name, columns) for name, columns in names.items()}
    for step in shape.optional:
        flag = Param(step, tuple(step in constants for constants in shape.constants), default=False)
        params.flags[step] = flag
    for key, value in params.given.items():
        if isinstance(value, str) and value in made and _is_column(names[value], key):
            params.given[key] = made[value]
    order = list(hints)
    listed = sorted(
        made.values(), key=lambda p: (p.default is not ..., order.index(p.name) if p.name in order else len(order))
    )
    params.listed = (*listed, *params.flags.values())
    return params


def _is_column(columns: list[_Column], key: tuple[str, str]) -> bool:
    return any((column.step, column.slot) == key for column in columns)


def _columns(shape: Shape) -> list[_Column]:
    """Every slot of the class over all instances."""
    columns = []
    for step in shape.steps:
        full = next(constants[step.name] for constants in shape.constants if step.name in constants)
        for place, slot in enumerate(full):
            values = tuple(c[step.name][place].value if step.name in c else ABSENT for c in shape.constants)
            columns.append(_Column(step.name, slot.name, values, slot.default))
    return columns


def _hints(shape: Shape) -> dict[str, tuple[Any, ...]]:
    """What the part calls the quantities of its scope, over all instances."""
    keys = dict.fromkeys(key for frame in shape.frames for key in frame.hints)
    return {key: tuple(frame.hints.get(key, ABSENT) for frame in shape.frames) for key in keys}


def _name(column: _Column, hints: dict[str, tuple[Any, ...]], names: dict[str, list[_Column]]) -> str:
    """The name of a parameter: one that varies alike, a hint that does, or the step and argument it is for."""
    for name, values in hints.items():
        if column.agrees(values):
            return name
    for name, columns in names.items():
        if name not in hints and column.agrees(columns[0].values) and columns[0].agrees(column.values):
            return name
    fallback = f"{column.step}_{column.slot}"
    return fallback if fallback.isidentifier() else f"step_{fallback}"


def _param(name: str, columns: list[_Column]) -> Param:
    """The parameter that these columns share."""
    values = tuple(
        next((v for v in each if v is not ABSENT), ABSENT) for each in zip(*(c.values for c in columns), strict=True)
    )
    defaults = {repr(column.default): column.default for column in columns}
    default = next(iter(defaults.values())) if len(defaults) == 1 else ...
    if default is ... and ABSENT in values:
        default = type(next(v for v in values if v is not ABSENT))()
    return Param(name, values, default)
