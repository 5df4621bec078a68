"""NetSpec -> Plan: what a spec means, every default filled in, every part read, every block listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from resspec.errors import Fault, SpecError
from resspec.ir import Builder, Value
from resspec.parts import Act, Block, Conv, Down, Gate, Head, Norm, Part, Shortcut, Site, Stem
from resspec.spec.faults import faults_of
from resspec.spec.net import NetSpec, Parts, StageSpec
from resspec.spec.tree import Path

P = TypeVar("P", bound=Part)

DEFAULTS: dict[str, dict[str, Any]] = {
    "conv": {"kind": "plain"},
    "down": {"kind": "strided"},
    "shortcut": {"kind": "projection"},
    "norm": {"kind": "batch"},
    "act": {"kind": "relu"},
    "gate": {"kind": "none"},
    "head": {"kind": "linear"},
}
"""What a spec means where it names no part of a family. A stem and a block must be named."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Piece(Protocol):
    """Something that can be laid between two values; hashable, so that equal pieces are laid once."""

    def lay(self, b: Builder, x: Value) -> Value:
        """Lay the piece on `x`."""
        ...


@dataclass(frozen=True, slots=True)
class StemPlan:
    """A stem and the parts it is made with; `bare` where the first block brings norm and activation itself."""

    stem: Stem
    conv: Conv
    norm: Norm
    act: Act
    bare: bool

    def lay(self, b: Builder, x: Value) -> Value:
        """The stem."""
        return self.stem.lay(b, x, self.conv, self.norm, self.act, self.bare)


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """A block at its site; equal blocks of a stage are one object."""

    block: Block
    site: Site

    def lay(self, b: Builder, x: Value) -> Value:
        """The block."""
        return self.block.lay(b, x, self.site)


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A stage: its scope name, the name a person gave it, and its blocks in order."""

    name: str
    label: str
    blocks: tuple[BlockPlan, ...]


@dataclass(frozen=True, slots=True)
class EndPlan:
    """Norm and activation behind the last pre-activation block."""

    norm: Norm
    act: Act

    def lay(self, b: Builder, x: Value) -> Value:
        """norm, act."""
        return self.norm.lay(b, "norm", x, self.act, "act")


@dataclass(frozen=True, slots=True)
class Plan:
    """A network with nothing left to default."""

    name: str
    input: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    stem: StemPlan
    stages: tuple[StagePlan, ...]
    end: EndPlan | None
    head: Head

    @property
    def depth(self) -> int:
        """Number of blocks."""
        return sum(len(stage.blocks) for stage in self.stages)


def resolve(spec: NetSpec) -> Plan:
    """The plan of a spec; SpecError with every part that is wrong, each at its place in the file."""
    reader = _Reader(spec)
    parts = reader.net_parts()
    stem = reader.part(Stem, ("stem",))
    reader.reduction = stem.reduction if stem else 1
    stages = [reader.stage(index, stage) for index, stage in enumerate(spec.stages)]
    head = reader.part(Head, ("head",))
    means = reader.statistics()
    if reader.faults:
        unique = dict.fromkeys(reader.faults)
        raise SpecError(*sorted(unique, key=lambda f: (f.mark.line, f.mark.column) if f.mark else (0, 0)))
    assert stem and head
    listed = tuple(stage for stage in stages if stage)
    bare = listed[0].blocks[0].block.preactivated
    end = EndPlan(parts["norm"], parts["act"]) if listed[-1].blocks[-1].block.preactivated else None
    return Plan(spec.name, spec.input, *means, StemPlan(stem, bare=bare, **parts), listed, end, head)


@dataclass(slots=True)
class _Reader:
    """Reads the parts of one spec, collecting faults; equal parts are read once and shared."""

    spec: NetSpec
    faults: list[Fault] = field(default_factory=list)
    known: dict[tuple[str, str], Part | None] = field(default_factory=dict)
    placed: int = 0
    reduction: int = 1
    dilation: int = 1

    def net_parts(self) -> dict[str, Any]:
        """The parts that belong to no stage."""
        return {key: self.part(family, (key,)) for key, family in (("conv", Conv), ("norm", Norm), ("act", Act))}

    def part(self, family: type[P], *levels: Path) -> P | None:
        """The part that the levels say, from the net's default to the nearest; None after a fault."""
        merged, origins = self.cascade(family.family, levels)
        key = (family.family, repr(sorted(merged.items(), key=lambda item: item[0])))
        if key not in self.known:
            self.known[key] = self.read(family, merged, origins, levels[-1])
        return self.known[key]  # type: ignore[return-value]  # keyed by family

    def cascade(self, family: str, levels: tuple[Path, ...]) -> tuple[dict[str, Any], dict[str, Path]]:
        """The fields of a part and where each was written; a level that names another kind starts afresh."""
        merged = dict(DEFAULTS.get(family, {}))
        origins: dict[str, Path] = {}
        for path in levels:
            over = self.written(path)
            if over is None:
                continue
            if "kind" in over and over["kind"] != merged.get("kind"):
                merged, origins = {}, {}
            merged.update(over)
            origins.update(dict.fromkeys(over, path))
        return merged, origins

    def written(self, path: Path) -> dict[str, Any] | None:
        """What the spec says of a part at a path."""
        value: Any = self.spec
        for step in path:
            if isinstance(step, int):
                value = value[step]
            else:
                value = value.get(step) if isinstance(value, dict) else getattr(value, step)
            if value is None:
                return None
        return value  # type: ignore[no-any-return]  # a PartRef

    def read(self, family: type[P], merged: dict[str, Any], origins: dict[str, Path], nearest: Path) -> P | None:
        """The part, or its faults at the places its fields were written."""

        def trace(loc: Path) -> Path:
            if loc and str(loc[0]) in origins:
                return (*origins[str(loc[0])], *loc)
            return origins.get("kind", nearest) + loc

        if not merged:
            self.faults += faults_of(
                PydanticCustomError("missing", "missing", {"remedy": "kinds: " + ", ".join(family.kinds())}),
                self.spec.origin.root,
                lambda loc: nearest[-1:],
            )
            return None
        try:
            return family.read(merged)
        except (ValidationError, PydanticCustomError) as error:
            unknown = isinstance(error, PydanticCustomError) and error.type == "kind_unknown"
            self.faults += faults_of(error, self.spec.origin.root, lambda loc: trace(("kind",) if unknown else loc))
            return None

    def stage(self, index: int, stage: StageSpec) -> StagePlan | None:
        """The stage's blocks; equal ones share one BlockPlan."""
        total = sum(other.depth for other in self.spec.stages)
        above: tuple[Path, ...] = ((), ("stages", index))
        changes = self.changes(index, stage)
        shared: dict[tuple[Any, ...], BlockPlan] = {}
        blocks = []
        entry_dilation = self.dilation
        stage_stride = self.strided(stage.stride)
        usual = self.parts_at(above)
        for place in range(stage.depth):
            parts = self.parts_at((*above, ("stages", index, "blocks", changes[place]))) if place in changes else usual
            if parts is None:
                continue
            rate = round(self.spec.drop_path * self.placed / max(1, total - 1), 6)
            self.placed += 1
            first = place == 0
            stride = stage_stride if first else 1
            key = (*(id(part) for part in parts), first, rate)
            if key not in shared:
                block, *others = parts
                entry = entry_dilation if first else self.dilation
                site = Site(stage.width, stride, self.dilation, entry, first, *others, rate)
                shared[key] = BlockPlan(block, site)
            blocks.append(shared[key])
        return StagePlan(f"layer{index + 1}", stage.name or "", tuple(blocks)) if blocks else None

    def strided(self, stride: int) -> int:
        """The stride of a stage's first block; one that would pass the output stride becomes dilation instead."""
        if self.spec.output_stride and self.reduction >= self.spec.output_stride:
            self.dilation *= stride
            return 1
        self.reduction *= stride
        return stride

    def changes(self, index: int, stage: StageSpec) -> dict[int, str]:
        """The single blocks that a stage changes, by position."""
        found = {}
        for key in stage.blocks or {}:
            if key.isdigit() and int(key) < stage.depth:
                found[int(key)] = key
                continue
            entry = self.spec.origin.root.nearest(("stages", index, "blocks", key))
            message = f"stages.{index + 1} has no block {key!r}"
            self.faults.append(Fault("RS204", message, entry.key, f"its blocks are 0 to {stage.depth - 1}"))
        return found

    def parts_at(self, levels: tuple[Path, ...]) -> tuple[Any, ...] | None:
        """Block, conv, down, shortcut, norm, act and gate as the levels say."""
        families: tuple[type[Part], ...] = (Block, Conv, Down, Shortcut, Norm, Act, Gate)
        parts = tuple(self.part(family, *((*level, family.family) for level in levels)) for family in families)
        return None if None in parts else parts

    def statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and deviation of the input channels; ImageNet's for three channels, else 0 and 1."""
        channels = self.spec.input[0]
        found = []
        for key, usual, neutral in (("mean", IMAGENET_MEAN, 0.0), ("std", IMAGENET_STD, 1.0)):
            given = getattr(self.spec, key)
            if given is not None and len(given) != channels:
                mark = self.spec.origin.root.nearest((key,)).mark
                self.faults.append(Fault("RS211", f"{key} has {len(given)} values for {channels} input channels", mark))
            found.append(given or (usual if channels == 3 else (neutral,) * channels))
        return found[0], found[1]


__all__ = ["DEFAULTS", "BlockPlan", "Parts", "Plan", "StagePlan", "resolve"]
