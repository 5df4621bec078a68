"""The numbers of a spec, written or by default, and the spec with others in their places."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from resspec.plan import Plan, resolve
from resspec.spec.loading import load_spec
from resspec.spec.net import NetSpec

Place = tuple[str | int, ...]
"""Keys and positions that lead to a value of a spec."""
ABOUT = ("name", "source", "budgets", "resspec")
WIDTHS = ("width", "widths")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a spec and its place."""

    place: Place
    value: int | float

    @property
    def is_width(self) -> bool:
        """Whether it is called a width."""
        return any(step in WIDTHS for step in self.place)

    def scaled(self, by: Fraction) -> int | float:
        """The number times a factor, whole if it is."""
        return round(self.value * by) if isinstance(self.value, int) else float(Fraction(self.value) * by)

    def others(self) -> Iterator[Fraction]:
        """Values to try in its place: twice it keeps what it is divided by, two more keep it odd."""
        value = Fraction(self.value)
        yield from (2 * value, value + 2, value + 1) if isinstance(self.value, int) else (2 * value, value / 2)


def parts_of(plan: Plan, spec: NetSpec) -> dict[str, Any]:
    """The parts that a network has one of, and the blocks' where the spec names a kind for all, with every field."""
    dense = plan.dense
    found: dict[str, Any] = {"stem": plan.stem.stem, "final": plan.final.final, "head": plan.head}
    found |= {"condition": plan.condition.condition if plan.condition else None}
    found |= {"neck": dense.neck, "decoder": dense.decoder, "heads": dense.heads} if dense else {}
    block = plan.stages[0].blocks[0]
    found |= {"block": block.block} if spec.block else {}
    found |= {family: getattr(block.site, family) for family in ("conv", "gate") if getattr(spec, family)}
    return {key: part.to_data() for key, part in found.items() if part is not None}


def numbers(spec: NetSpec) -> Iterator[Number]:
    """The positive numbers of a spec that may be sizes: channels, the widths of stages, and those of its parts."""
    yield Number(("input", 0), spec.input[0])
    for place, stage in enumerate(spec.stages):
        yield Number(("stages", place, "width"), stage.width)
    for key, part in parts_of(resolve(spec), spec).items():
        yield from within((key,), part)


def within(place: Place, value: Any) -> Iterator[Number]:
    """The positive numbers in plain data."""
    if isinstance(value, (dict, list)):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from within((*place, step), inner)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        yield Number(place, value)


def changed(spec: NetSpec, values: Mapping[Place, Any]) -> NetSpec:
    """The spec with other values in these places; SpecError where that is unlawful."""
    data = {key: value for key, value in spec.to_dict().items() if key not in ABOUT}
    data["input"] = [*spec.input]
    full: dict[str, Any] = parts_of(resolve(spec), spec)
    for place, value in values.items():
        put(data, full, place, value)
    for key in {"mean", "std"} & data.keys():
        if len(data[key]) != data["input"][0]:  # of other channels: said again where all are alike, else not known
            data[key] = data[key][:1] * data["input"][0] if len(set(data[key])) == 1 else None
    return load_spec({**data, "name": spec.name})


def put(data: Any, full: Any, place: Place, value: Any) -> None:
    """Write a value into plain data; what holds it is taken from the full data where it is not written."""
    step: Any = place[0]
    if not (rest := place[1:]):
        data[step] = value
        return
    inner = full.get(step, {}) if isinstance(full, dict) else full[step] if isinstance(full, list) else {}
    if (isinstance(data, dict) and step not in data) or not isinstance(data[step], (dict, list)):
        data[step] = copy.deepcopy(inner)
    put(data[step], inner, rest, value)
