"""From a spec and the shapes of a network of its names to the sizes that give these shapes.

Each number of a spec is changed a little, and how far each axis of each tensor moves tells what the number is from the
axes: widths, classes and channels enter shapes in proportion, alone or in sums (of what is concatenated). Numbers that
cannot change alone, since an identity must keep its width, change together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from resspec.errors import ResspecError
from resspec.ingest.anatomy import Shape, Tensors, without_counters
from resspec.ingest.fit import tensors_of
from resspec.ingest.numbers import Number, Place, changed, numbers
from resspec.spec.net import NetSpec

ROUNDS = 3
"""How often the sizes are corrected: what grows with the square of a number is found step by step."""
STEPS = 8
"""How many steps a decoder may have."""
Axis = tuple[str, int]
Moves = dict[Axis, Fraction]
"""How far each axis moves for each unit of a number."""


@dataclass(slots=True)
class Lever:
    """Numbers that change in proportion: their places with their values, and what a unit of the first one moves."""

    parts: tuple[Number, ...]
    moves: Moves = field(default_factory=dict)

    @property
    def value(self) -> Fraction:
        """The first one's value."""
        return Fraction(self.parts[0].value)

    def at(self, value: Fraction) -> dict[Place, int | float]:
        """All values where the first one has this value."""
        return {part.place: part.scaled(value / self.value) for part in self.parts}


def resized(spec: NetSpec, wanted: Tensors) -> NetSpec | None:
    """The spec with other sizes that has these tensors (our names, without counters of batches); None where none of its
    numbers gives them."""
    own = tensors_of(spec)
    found = corrected(spec, wanted)
    if found is None and any(own.get(name) != shape for name, shape in wanted.items() if name.startswith("decoder.")):
        return next(filter(None, (corrected(each, wanted) for each in listed(spec, own))), None)
    return found


def listed(spec: NetSpec, own: Tensors) -> Iterator[NetSpec]:
    """The spec with the widths of its decoder in a list, in place of one that is halved step by step."""
    width = next((number.value for number in numbers(spec) if number.place == ("decoder", "width")), 0)
    for count in range(1, STEPS + 1) if width and not (spec.decoder or {}).get("widths") else ():
        with suppress(ResspecError):
            found = changed(spec, {("decoder", "widths"): [int(width) >> step for step in range(count)]})
            if tensors_of(found) == own:
                yield found


def corrected(spec: NetSpec, wanted: Tensors) -> NetSpec | None:
    """The spec with the sizes that axes tell, corrected as long as that brings it nearer."""
    before = len(wanted) + 1
    for _ in range(ROUNDS + 1):
        own = without_counters(tensors_of(spec))
        if own == wanted:
            return spec
        if differing(own, wanted) is None or (count := sum(own[name] != wanted[name] for name in own)) >= before:
            return None
        found = step(spec, own, wanted)
        if found is None:
            return None
        spec, before = found, count
    return None


def differing(own: Tensors, wanted: Tensors) -> Moves | None:
    """How far each axis is from the wanted size; None where names or ranks differ."""
    if own.keys() != wanted.keys() or any(len(own[name]) != len(wanted[name]) for name in own):
        return None
    return {(name, axis): Fraction(wanted[name][axis] - size) for name in own for axis, size in enumerate(own[name])}


def step(spec: NetSpec, own: Tensors, wanted: Tensors) -> NetSpec | None:
    """The spec with the sizes that the axes tell; None where nothing moves as they do."""
    left = differing(own, wanted)
    assert left is not None
    values: dict[Place, int | float] = {}
    for lever, by in solved(levers(spec, own), left):
        values |= lever.at(lever.value + by)
    with suppress(ResspecError):
        return changed(spec, values) if values else None
    return None


def solved(open_: list[Lever], left: Moves) -> Iterator[tuple[Lever, Fraction]]:
    """What each lever is moved by: those first that alone move some axis; of others the first takes all."""
    while open_:
        alone = next((found for one in open_ if (found := sole(one, open_))), None)
        lever, axis = alone or (open_[0], next(iter(open_[0].moves)))
        by = left[axis] / lever.moves[axis]
        open_ = [other for other in open_ if other is not lever]
        for moved, share in lever.moves.items():
            left[moved] -= by * share
        if by:
            yield lever, by


def sole(lever: Lever, open_: Sequence[Lever]) -> tuple[Lever, Axis] | None:
    """A lever with an axis that no other moves."""
    others = {axis for other in open_ if other is not lever for axis in other.moves}
    axis = next((axis for axis in lever.moves if axis not in others), None)
    return (lever, axis) if axis is not None else None


def levers(spec: NetSpec, own: Tensors) -> list[Lever]:
    """The numbers of a spec that move axes, alone where they can and together where they cannot."""
    found, bound = [], []
    for number in numbers(spec):
        moves = moved(spec, own, Lever((number,)))
        if moves is None:
            bound.append(number)
        elif moves:
            found.append(Lever((number,), moves))
    together = Lever(tuple(number for number in bound if number.is_width))
    if together.parts and (moves := moved(spec, own, together)):
        found.append(Lever(together.parts, moves))
    return found


def moved(spec: NetSpec, own: Tensors, lever: Lever) -> Moves | None:
    """How far each axis moves for each unit of a lever, of tensors that are there before and after; None where every
    change is unlawful."""
    for value in lever.parts[0].others():
        with suppress(ResspecError):
            after = tensors_of(changed(spec, lever.at(value)))
            by = value - lever.value
            return {
                (name, axis): Fraction(size - before) / by
                for name, shape in after.items() if same_rank(own.get(name), shape)
                for axis, (size, before) in enumerate(zip(shape, own[name], strict=True)) if size != before
            }  # fmt: skip
    return None


def same_rank(before: Shape | None, after: Shape) -> bool:
    """Whether a tensor is there before, of as many axes."""
    return before is not None and len(before) == len(after)
