"""Which scopes share a class.

Scopes of equal structure become one class, and what differs between them becomes its arguments. A scope that only lacks
some steps of another (the projection of a shortcut, a drop path) shares its class too: such a step hangs on a flag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import EllipsisType
from typing import Any

from resspec.export.outline import Frame, Item
from resspec.export.params import Params, params_of

Ref = tuple[str, int]
"""A value inside a scope: an item and the index of its output; the item of an input is empty."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A constant: the argument it is given to, its value in one instance, its default (Ellipsis: none)."""

    name: str
    value: Any
    default: Any | EllipsisType = ...


@dataclass(frozen=True)
class Step:
    """An item as every instance of its class has it: a signature without constants, and what it reads."""

    name: str
    signature: tuple[Any, ...]
    reads: tuple[Ref, ...]
    item: Item = field(compare=False, hash=False)

    @property
    def passes(self) -> bool:
        """Whether an identity could stand in its place."""
        return self.item.is_owned and len(self.reads) == 1 and len(self.item.gives) == 1


Structure = tuple[str, tuple[Step, ...], tuple[Ref, ...]]
Constants = Mapping[str, tuple[Slot, ...]]
"""The slots of an instance by item name; steps that an instance lacks are not there."""


@dataclass(eq=False)
class Shape:
    """A class to be: its structure, its instances' frames and constants, and, when all are known, its parameters."""

    structure: Structure
    frames: list[Frame] = field(default_factory=list)
    constants: list[Constants] = field(default_factory=list)
    name: str = ""
    params: Params = field(default_factory=Params)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps in order."""
        return self.structure[1]

    @property
    def optional(self) -> tuple[str, ...]:
        """The steps that some instance lacks."""
        return tuple(step.name for step in self.steps if any(step.name not in slots for slots in self.constants))


@dataclass(eq=False)
class Shapes:
    """The classes of a net in the order in which a file defines them, and the class of each frame."""

    listed: list[Shape] = field(default_factory=list)
    of_frame: dict[str, tuple[Shape, int]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def slots(self, item: Item) -> tuple[tuple[Any, ...], tuple[Slot, ...]]:
        """Signature and constants of an item; one that runs another's module again has no constants."""
        if item.again:
            return ("again", item.again), ()
        if item.frame is None:
            assert item.call is not None
            args = tuple(Slot(arg.name, arg.value, arg.default) for arg in item.call.args)
            names = tuple(slot.name for slot in args)
            return (item.call.target or item.call.expression, item.inplace, names, item.call.init), args
        if item.frame.is_chain:
            inner = [(child.name, *self.slots(child)) for child in item.frame.items]
            signature = ("chain", item.frame.title, tuple((name, sign) for name, sign, _ in inner))
            return signature, tuple(replace(s, name=f"{name}_{s.name}") for name, _, slots in inner for s in slots)
        shape, index = self.of_frame[item.frame.path]
        values = shape.params.arguments(index)
        return ("class", id(shape)), tuple(Slot(p.name, value, p.default) for p, value in values)

    def add(self, frames: list[Frame]) -> None:
        """Sort frames of one nesting depth into classes; inner ones are known."""
        found: dict[Structure, Shape] = {}
        for frame in frames:
            structure, constants = self.structure(frame)
            shape = found.setdefault(structure, Shape(structure))
            shape.frames.append(frame)
            shape.constants.append(constants)
        for shape in joined(list(found.values())):
            shape.name = self.unique(shape.structure[0])
            shape.params = params_of(shape)
            self.listed.append(shape)
            for index, frame in enumerate(shape.frames):
                self.of_frame[frame.path] = (shape, index)

    def structure(self, frame: Frame) -> tuple[Structure, Constants]:
        """The structure of a frame, and its constants."""
        refs: dict[str, Ref] = {name: ("", index) for index, name in enumerate(frame.reads)}
        steps, constants = [], {}
        for item in frame.items:
            signature, slots = self.slots(item)
            steps.append(Step(item.name, signature, tuple(refs[name] for name in item.reads), item))
            constants[item.name] = slots
            refs |= {name: (item.name, index) for index, name in enumerate(item.gives)}
        return (frame.title, tuple(steps), tuple(refs[name] for name in frame.gives)), constants

    def unique(self, title: str) -> str:
        """A class name that is not taken."""
        name, number = title, 2
        while name in self.taken:
            name, number = f"{title}{number}", number + 1
        self.taken.add(name)
        return name


def joined(shapes: list[Shape]) -> list[Shape]:
    """Shapes of which none only lacks steps of another: those are merged into the fuller one."""
    kept: list[Shape] = []
    for shape in sorted(shapes, key=lambda s: -len(s.steps)):
        fuller = next((other for other in kept if lacks_steps(other.structure, shape.structure)), None)
        if fuller is None:
            kept.append(shape)
            continue
        fuller.frames += shape.frames
        fuller.constants += shape.constants
    return [shape for shape in shapes if shape in kept]


def lacks_steps(full: Structure, less: Structure) -> bool:
    """Whether leaving steps out of `full`, their input passed on, gives `less`."""
    missing = {step.name for step in full[1]} - {step.name for step in less[1]}
    if not missing or full[0] != less[0]:
        return False
    passed: dict[Ref, Ref] = {}
    steps = []
    for step in full[1]:
        reads = tuple(passed.get(ref, ref) for ref in step.reads)
        if step.name in missing:
            if not step.passes:
                return False
            passed[step.name, 0] = reads[0]
        else:
            steps.append(replace(step, reads=reads))
    gives = tuple(passed.get(ref, ref) for ref in full[2])
    return (full[0], tuple(steps), gives) == less


def shapes_of(root: Frame) -> Shapes:
    """The classes of a net, all frames below the root that are no chains."""
    levels: dict[int, list[Frame]] = {}
    for frame in inner_frames(root):
        levels.setdefault(frame.path.count("."), []).append(frame)
    shapes = Shapes(taken={"Stage", "Tensor"})
    for depth in sorted(levels, reverse=True):
        shapes.add(levels[depth])
    return shapes


def inner_frames(frame: Frame) -> Iterator[Frame]:
    """The frames below one that become classes."""
    for item in frame.items:
        if item.frame is not None and not item.again:
            yield from inner_frames(item.frame)
            if not item.frame.is_chain:
                yield item.frame
