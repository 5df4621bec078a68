"""The parts that every network of a space is made of, in the order in which they are priced: the values that concern
each, and the maps that parts behind it read. All networks have the same parts, or the space does not come apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from resspec.analysis.cost import Costs
from resspec.dense import STEM
from resspec.errors import GraphError, SpecError
from resspec.ir import Shape
from resspec.partial import comes_apart
from resspec.parts.families import UNPOOLED
from resspec.parts.steps import IMAGE, Step
from resspec.plan import resolve
from resspec.pricing import SIZES, WHOLE, concerned_by, is_bound, layout, whole_costs
from resspec.spec.loading import load_spec
from resspec.spec.merging import DENSE
from resspec.spec.net import NetSpec
from resspec.steps import steps_of
from resspec.study.pieces import Pieces
from resspec.study.space import Dimension, Space

MOST_VALUES = 200
"""Values of a dimension up to which it is looked at whether all give the same parts."""

TOLD = ("condition", "input")
"""What a condition follows from."""
ENDS = ("head", "classes", "num_classes")
"""What else may be said of heads."""

Skeleton = tuple[tuple[tuple[str, ...], str], ...]
"""What each step reads and gives."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part: its number (0 the stem, then the stages, then the rest, or the steps behind the body; -1 the whole net),
    the dimensions that concern it, the maps that are passed on behind it, and those that it reads itself."""

    number: int
    axes: frozenset[int]
    passed: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


def sections_of(space: Space, base: NetSpec, *, memory: bool = False) -> tuple[Section, ...]:
    """The parts of a space's networks; one where they do not come apart, as those with steps behind the body where
    `memory` counts, whose peak is no maximum over steps."""
    if memory and not comes_apart(resolve(base)):
        return undivided(space)
    rows = layout([dimension.paths for dimension in space.dimensions], base)
    if len(rows) > 1:
        return tuple(Section(number, frozenset(own)) for number, own in enumerate(rows))
    if base.condition:
        return _conditioned(space, base) or undivided(space)
    return (_Dense(space, base).sections() if base.dense else ()) or undivided(space)


def _conditioned(space: Space, base: NetSpec) -> tuple[Section, ...]:
    """Stem, stages and the rest of nets that are told something beside their image, which every part may read; none
    where they do not come apart."""
    paths = [dimension.paths for dimension in space.dimensions]
    firsts = {path.split(".")[0] for own in paths for path in own}
    bound = is_bound(paths, base)
    every = frozenset(range(len(base.stages) + 2))
    concerned = [
        frozenset().union(*(every if path.split(".")[0] in TOLD else concerned_by(path, base, bound) for path in own))
        for own in paths
    ]
    if base.dense or firsts & DENSE or any(WHOLE in numbers for numbers in concerned):
        return ()
    return tuple(
        Section(number, frozenset(axis for axis, own in enumerate(concerned) if number in own))
        for number in sorted(every)
    )


def undivided(space: Space) -> tuple[Section, ...]:
    """The whole net as one part."""
    return (Section(WHOLE, frozenset(range(len(space.dimensions)))),)


def read_of(sections: Sequence[Section]) -> frozenset[str]:
    """All maps that are passed on."""
    return frozenset(name for section in sections for name in section.passed)


def adds_up(pieces: Pieces, sections: Sequence[Section], base: NetSpec) -> bool:
    """Whether the parts of the base cost what it costs as a whole: so they must, and a decoder of someone's own whose
    steps forget something is priced whole instead."""
    if len(sections) == 1 or not (base.dense or base.condition):
        return True
    shape: Shape = ()
    found, maps, told = Costs(), dict[str, Shape](), frozenset[int]()
    for section in sections:
        part = pieces.part(section.number, {}, shape, maps=maps, told=told)
        if part is None:
            return False
        found, shape = found + part.costs, part.shape
        maps |= dict(part.maps)
        told |= part.told
    return found == whole_costs(resolve(base))[0]


class _Dense:
    """Finds the sections of a space whose networks have steps behind the body."""

    def __init__(self, space: Space, base: NetSpec) -> None:
        self._space = space
        self._base = base
        self._steps = steps_of(resolve(base))
        self._stages = len(base.stages)
        self._bound = is_bound([dimension.paths for dimension in space.dimensions], base)

    def sections(self) -> tuple[Section, ...]:
        """All of them in order; none where the parts are not the same ones throughout, or not known to be."""
        concerned = [self._concerned(dimension) for dimension in self._space.dimensions]
        if not self._steps or any(WHOLE in numbers for numbers in concerned) or not self._alike():
            return ()
        order = self._order()
        passed = self._passed(order)
        axes = [frozenset(axis for axis, own in enumerate(concerned) if number in own) for number in order]
        reads = [self._steps[number - self._stages - 1].reads if number > self._stages else () for number in order]
        return tuple(Section(*each) for each in zip(order, axes, passed, reads, strict=True))

    def _numbers(self, family: str) -> frozenset[int]:
        """The numbers of the steps of a family: `neck`, `decoder`, `heads`."""
        first, last = self._stages + 1, self._stages + len(self._steps)
        if family == "heads":
            return frozenset({last})
        return frozenset(
            number for number, step in enumerate(self._steps, first) if step.gives.startswith(f"{family}.")
        ) or frozenset({last})

    def _concerned(self, dimension: Dimension) -> frozenset[int]:
        """The parts that a dimension concerns."""
        return frozenset().union(*(self._concerned_by(path, dimension) for path in dimension.paths))

    def _concerned_by(self, path: str, dimension: Dimension) -> frozenset[int]:
        first, *steps = path.split(".")
        if first in DENSE:
            return self._items(path, dimension) if len(steps) > 1 else self._numbers(first)
        if first in ENDS:
            return self._numbers("heads")
        found = concerned_by(path, self._base, self._bound)
        if len(found) == self._stages + 2:
            return frozenset(range(self._stages + 1 + len(self._steps)))
        # heads ask whether a map is as large as the image
        strides = first == "stages" and steps[1:] == ["stride"]
        lowers = strides or (first == "stem" and steps not in (["width"], ["widths"]))
        return found | self._numbers("heads") if lowers else found

    def _items(self, path: str, dimension: Dimension) -> frozenset[int]:
        """What an item of a list concerns, as decoder.widths.2: the steps that it changes; all of its family where
        another dimension may replace the list."""
        family, field, item, *_ = path.split(".")
        everywhere = [other for each in self._space.dimensions for other in each.paths]
        replaced = any(other in (family, f"{family}.kind", f"{family}.{field}") for other in everywhere)
        if replaced or not item.isdigit():
            return self._numbers(family)
        changed: set[int] = set()
        for settings in dimension.settings:
            steps = self._of(settings)
            if len(steps) != len(self._steps):
                return self._numbers(family)
            changed |= {place for place, step in enumerate(steps) if step.laid != self._steps[place].laid}
        return frozenset(self._stages + 1 + place for place in changed) or self._numbers("heads")

    def _of(self, settings: dict[str, Any]) -> Sequence[Step]:
        """The steps with settings of the base; none where they are no legal network."""
        try:
            return steps_of(resolve(load_spec(self._base, **settings)))
        except (SpecError, GraphError):
            return ()

    def _alike(self) -> bool:
        """Whether every value gives steps that read and give the same maps."""
        wanted = skeleton(self._steps)
        for dimension in self._space.dimensions:
            if all(_sized(path) for path in dimension.paths):
                continue
            if len(dimension) > MOST_VALUES:
                return False
            if any(skeleton(self._of(settings)) != wanted for settings in dimension.settings):
                return False
        return True

    def _order(self) -> list[int]:
        """The parts in order: each step behind the body, or as soon as its maps are there, where one of them is read by
        nothing else, so that what it gives takes its place."""
        pending = list(enumerate(self._steps, self._stages + 1))
        known, order = {IMAGE}, list[int]()
        for number in range(self._stages + 1):
            order.append(number)
            known |= {f"layer{number}"} if number else {STEM, UNPOOLED}
            body = number == self._stages
            while ready := next((each for each in pending if self._ready(each[1], pending, known, body)), None):
                pending.remove(ready)
                order.append(ready[0])
                known.add(ready[1].gives)
        assert not pending, "a step reads what nothing gives"
        return order

    def _ready(self, step: Step, pending: Collection[tuple[int, Step]], known: set[str], body: bool) -> bool:
        """Whether a step may come next."""
        if not known.issuperset(step.reads):
            return False
        others = {name for _, other in pending if other is not step for name in other.reads}
        return body or any(name not in others for name in step.reads if name != IMAGE)

    def _passed(self, order: Sequence[int]) -> list[tuple[str, ...]]:
        """For each part the maps that are read behind it."""
        found: list[tuple[str, ...]] = []
        first = self._stages + 1
        for place in range(len(order)):
            there = {IMAGE, STEM, UNPOOLED}
            for number in order[: place + 1]:
                there.add(self._steps[number - first].gives if number >= first else f"layer{number}")
            read = {
                name for number in order[place + 1 :] if number >= first for name in self._steps[number - first].reads
            }
            found.append(tuple(sorted(there & read)))
        return found


def _sized(path: str) -> bool:
    """Whether a path is a stage's size, which changes no step."""
    first, *steps = path.split(".")
    return first == "stages" and len(steps) == 2 and steps[1] in SIZES


def skeleton(steps: Sequence[Step]) -> Skeleton:
    """What steps read and give, whatever they lay."""
    return tuple((step.reads, step.gives) for step in steps)
