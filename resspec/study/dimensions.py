"""The dimensions that a search file states, over its base."""

from __future__ import annotations

from typing import Any

from resspec.errors import Fault, SpecError
from resspec.spec.net import NetSpec
from resspec.study.constraints.constraint import value_at
from resspec.study.declaration import Search
from resspec.study.space import TIE, Dimension, Range, Scaled, Space, choices, tied

EACH = "stages.*."
"""Begins a path that is meant for every stage."""


def space_of(search: Search, base: NetSpec) -> Space:
    """The space in the order written; SpecError where a path is set twice, or a factor has no number to scale."""
    found: list[Dimension] = []
    faults: list[Fault] = []
    owners: dict[str, str] = {}
    for written, values in search.space.items():
        mark = search.root.nearest(("space", written))
        for name in each_stage(written, base):
            for path in tied(name):
                if path in owners:
                    message = f"{path} is set by {owners[path]!r} and by {written!r}"
                    faults.append(Fault("RS207", message, mark.key or mark.mark, "let one of them set it"))
                owners[path] = written
            try:
                found.append(dimension_of(name, values, base))
            except ValueError as error:
                faults.append(Fault("RS207", str(error), mark.key or mark.mark, "scale what the base says as a number"))
    if faults:
        raise SpecError(*faults)
    return Space(tuple(found))


def each_stage(written: str, base: NetSpec) -> list[str]:
    """The names that a key of the space stands for: `stages.*.width` is one for every stage."""
    if TIE in written or not written.startswith(EACH):
        return [written]
    return [f"stages.{place}.{written[len(EACH) :]}" for place in range(1, len(base.stages) + 1)]


def dimension_of(name: str, values: Any, base: NetSpec) -> Dimension:
    """One dimension; ValueError where the base has no number to scale."""
    if isinstance(values, Range):
        return values.dimension(name)
    if not isinstance(values, Scaled):
        return choices(name, values)
    own = {path: value_at(base, path) for path in tied(name)}
    for path, value in own.items():
        if type(value) is not int:
            said = "nothing" if value is None else repr(value)
            raise ValueError(f"{path} cannot be scaled: the base says {said} there")
    return values.dimension(name, own)
