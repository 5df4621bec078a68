"""What a constraint is: it looks at values one after the other, remembers little, and says whether they may go on.
So it takes part in sums over the space, and no point that breaks it is ever counted, drawn or proposed."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, WithJsonSchema

from resspec.errors import Fault, Mark, SpecError, did_you_mean
from resspec.record import refusal
from resspec.spec.net import NetSpec
from resspec.study.space import Space
from resspec.training.plugin import Plugin


def _patterns(value: Any) -> Any:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)) or not listed or not all(isinstance(item, str) for item in listed):
        raise refusal("values_type", f"a path or a list of paths, not {value!r:.60}", "write of: stages.*.width")
    return tuple(listed)


PATHS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


class Constraint(Plugin):
    """A law for the values of several paths, taken in order. What is remembered between two values is hashable, and the
    fewer different memories there are, the faster the space is summed over."""

    family: ClassVar[str] = "constraint"
    home: ClassVar[str] = "resspec.study.constraints"
    group: ClassVar[str] = "resspec.constraints"
    numeric: ClassVar[bool] = True
    """Whether it looks at numbers alone."""

    of: Annotated[tuple[str, ...], BeforeValidator(_patterns), WithJsonSchema(PATHS)]
    """The paths, in order; `stages.*.width` means that of every stage. One that the space does not vary counts with the
    base's value."""

    @abstractmethod
    def start(self) -> Any:
        """What is remembered before the first value."""

    @abstractmethod
    def step(self, memory: Any, value: Any) -> Any | None:
        """What is remembered behind a value; None where the law is broken, whatever follows."""

    @abstractmethod
    def accepts(self, memory: Any) -> bool:
        """Whether the law is kept behind the last value."""


@dataclass(frozen=True, slots=True)
class Term:
    """A value that a constraint looks at: one for each position of a dimension, or one alone where `axis` is None."""

    axis: int | None
    values: tuple[Any, ...]

    def value(self, positions: Mapping[int, Any]) -> Any:
        """The value at a point."""
        return self.values[0 if self.axis is None else positions[self.axis]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint and the values it looks at."""

    constraint: Constraint
    terms: tuple[Term, ...]

    def start(self) -> Any:
        """What is remembered before the first value."""
        return self.constraint.start()

    def step(self, memory: Any, value: Any) -> Any | None:
        """What is remembered behind a value; None where the constraint is broken."""
        return self.constraint.step(memory, value)

    def accepts(self, memory: Any) -> bool:
        """Whether the constraint is kept behind the last value."""
        return self.constraint.accepts(memory)

    def holds(self, point: Sequence[int]) -> bool:
        """Whether a point keeps the constraint."""
        positions, memory = dict(enumerate(point)), self.start()
        for term in self.terms:
            memory = self.step(memory, term.value(positions))
            if memory is None:
                return False
        return self.accepts(memory)


def rules_of(constraints: Sequence[tuple[Constraint, Mark | None]], space: Space, base: NetSpec) -> tuple[Rule, ...]:
    """The constraints with their values found; SpecError where a path is neither in the space nor in the base."""
    faults: list[Fault] = []
    rules = []
    for constraint, mark in constraints:
        terms: list[Term] = []
        for pattern in constraint.of:
            found = _terms(pattern, space, base)
            if not found:
                known = [path for dimension in space.dimensions for path in dimension.paths]
                known += dict.fromkeys(STAGE.sub("stages.*.", path) for path in [*known, *VARIED])
                message = f"a constraint looks at {pattern!r}, which neither the space nor the base has"
                faults.append(Fault("RS204", message, mark, did_you_mean(pattern, known)))
            terms += found
        rules.append(Rule(constraint, tuple(terms)))
    if faults:
        raise SpecError(*faults)
    for rule, (_, mark) in zip(rules, constraints, strict=True):
        refuse_odd_values(rule, mark)
        refuse_impossible(rule, mark)
    return tuple(rules)


def refuse_impossible(rule: Rule, mark: Mark | None) -> None:
    """SpecError where no values keep a constraint, each chosen freely. Where there is too much to remember, the survey
    of the space finds out."""
    memories = {rule.start()}
    for term in rule.terms:
        values = {repr(value): value for value in term.values}.values()
        if len(memories) * len(values) > MOST_STEPS:
            return
        steps = (rule.step(memory, value) for memory in memories for value in values)
        memories = {memory for memory in steps if memory is not None}
    if not any(rule.accepts(memory) for memory in memories):
        message = f"no values of the space keep this constraint of kind {rule.constraint.kind!r}"
        raise SpecError(Fault("RS403", message, mark, "loosen it, or widen the values that it looks at"))


STAGE = re.compile(r"^stages\.\d+\.")
VARIED = ("stages.1.depth", "stages.1.width", "stages.1.stride")
"""What every base says of its stages."""
MOST_STEPS = 100_000


def refuse_odd_values(rule: Rule, mark: Mark | None) -> None:
    """SpecError where a constraint looks at values that are no numbers."""
    for term in rule.terms if rule.constraint.numeric else ():
        for value in term.values:
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                message = f"a constraint of kind {rule.constraint.kind!r} looks at numbers, not {value!r:.40}"
                raise SpecError(Fault("RS207", message, mark, "name paths whose values are numbers"))


def _terms(pattern: str, space: Space, base: NetSpec) -> list[Term]:
    """What a pattern means: by stage where it has a star there, else the one path."""
    paths = [pattern]
    if pattern.startswith("stages.*."):
        paths = [f"stages.{place}.{pattern[9:]}" for place in range(1, len(base.stages) + 1)]
    owned = {path: axis for axis, dimension in enumerate(space.dimensions) for path in dimension.paths}
    if "*" in pattern and paths == [pattern]:
        paths = [path for path in owned if fnmatchcase(path, pattern)]
    found = []
    for path in paths:
        if path in owned:
            settings = space.dimensions[owned[path]].settings
            found.append(Term(owned[path], tuple(setting[path] for setting in settings)))
        elif (value := value_at(base, path)) is not None:
            found.append(Term(None, (value,)))
    return found


def value_at(base: NetSpec, path: str) -> Any:
    """What a spec says at a path; None where it says nothing."""
    value: Any = base.to_dict()
    for step in path.split("."):
        if isinstance(value, list) and step.isdigit() and 1 <= int(step) <= len(value):
            value = value[int(step) - 1]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    if value is None and path.endswith(".stride"):
        return 1
    return value
