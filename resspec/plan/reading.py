"""NetSpec -> Plan: every default filled in, every part read, every fault told at its place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate
from operator import mul
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from resspec.dense import STEM, DensePlan, DenseReader, refused
from resspec.errors import Fault, SpecError
from resspec.parts import (
    Act,
    Attention,
    Block,
    Condition,
    Conv,
    Down,
    Final,
    Gate,
    Head,
    Kit,
    Level,
    Norm,
    Part,
    Pool,
    Shortcut,
    Site,
    Stage,
    Stem,
)
from resspec.parts.families import UNPOOLED
from resspec.plan.records import BlockPlan, ConditionPlan, FinalPlan, Plan, StagePlan, StemPlan
from resspec.spec.cascade import cascade
from resspec.spec.faults import faults_of
from resspec.spec.net import NetSpec, StageSpec
from resspec.spec.tree import Path

P = TypeVar("P", bound=Part)

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def resolve(spec: NetSpec) -> Plan:
    """The plan of a spec; SpecError with every part that is wrong, each at its place in the file."""
    reader = _Reader(spec)
    parts = reader.net_parts()
    stem = reader.part(Stem, ("stem",))
    reader.reduction = stem.reduction if stem else 1
    stages = [reader.stage(index, stage) for index, stage in enumerate(spec.stages)]
    reader.check_output_stride(stem)
    final = reader.final(stages)
    dense = reader.dense(stem, stages) if spec.dense else None
    condition = reader.part(Condition, ("condition",)) if spec.condition else None
    head = None if spec.dense else reader.part(Head, ("head",))
    means = reader.statistics()
    if reader.faults:
        unique = dict.fromkeys(reader.faults)
        raise SpecError(*sorted(unique, key=lambda f: (f.mark.line, f.mark.column) if f.mark else (0, 0)))
    assert stem is not None
    assert final is not None
    assert head is not None or dense is not None
    listed = tuple(stage for stage in stages if stage)
    bare = listed[0].blocks[0].block.preactivated
    return Plan(
        spec.name,
        spec.input,
        *means,
        StemPlan(stem, bare=bare, **parts),
        listed,
        FinalPlan(final, **parts),
        head,
        dense,
        ConditionPlan(condition, parts["act"]) if condition else None,
    )


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

    def dense(self, stem: Stem | None, stages: list[StagePlan | None]) -> DensePlan | None:
        """Neck, decoder and heads, which read the stem's and the stages' maps, or those of blocks."""
        parts = self.net_parts()
        pool = getattr(stem, "pool", None)
        early = [UNPOOLED, STEM] if isinstance(pool, Pool) and pool.reduction > 1 else [STEM]
        places = [*early, *(f"layer{number}" for number in range(1, len(self.spec.stages) + 1))]
        levels = tuple(mirrored(stage) for stage in stages if stage)
        reader = DenseReader(self.spec, self.part, places, levels)
        kit = None if None in parts.values() else Kit(**parts, levels=levels)
        plan = reader.plan(kit) if kit else None
        self.faults += [*reader.faults, *refused(self.spec)]
        return plan

    def final(self, stages: list[StagePlan | None]) -> Final | None:
        """What follows the last stage: by default the norm and activation that pre-activation blocks leave to it."""
        if self.spec.final is not None:
            return self.part(Final, ("final",))
        last = stages[-1]
        return Final.read("norm-act" if last and last.blocks[-1].block.preactivated else "none")

    def part(self, family: type[P], *levels: Path) -> P | None:
        """The part that the levels say, from the net's default to the nearest; None after a fault."""
        merged, origins = cascade(self.spec, family.family, levels)
        key = (family.family, repr(sorted(merged.items(), key=lambda item: item[0])))
        if key not in self.known:
            self.known[key] = self.read(family, merged, origins, levels[-1])
        return self.known[key]  # type: ignore[return-value]  # keyed by family

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
                lambda _: nearest[-1:],
            )
            return None
        try:
            return family.read(merged)
        except (ValidationError, PydanticCustomError) as error:
            unknown = isinstance(error, PydanticCustomError) and error.type == "kind_unknown"
            self.faults += faults_of(error, self.spec.origin.root, lambda loc: trace(("kind",) if unknown else loc))
            return None

    def stage(self, index: int, stage: StageSpec) -> StagePlan | None:
        """The stage and its blocks; equal ones share one BlockPlan."""
        total = sum(other.depth for other in self.spec.stages)
        above: tuple[Path, ...] = ((), ("stages", index))
        changes = self.changes(index, stage)
        shared: dict[tuple[Any, ...], BlockPlan] = {}
        blocks = []
        entry_dilation = self.dilation
        stage_stride = self.strided(stage.stride)
        if self.spec.dilate_entry:
            entry_dilation = self.dilation
        usual = self.parts_at(above)
        part = self.part(Stage, ("stage",), ("stages", index, "stage"))
        for place in range(stage.depth):
            parts = self.parts_at((*above, ("stages", index, "blocks", changes[place]))) if place in changes else usual
            if parts is None or part is None:
                continue
            rate = round(self.spec.drop_path * self.placed / max(1, total - 1), 6)
            self.placed += 1
            key = (*map(id, parts), place == 0, rate)
            if key not in shared:
                site = Site(stage.width, stage_stride, self.dilation, entry_dilation, True, *parts[1:])
                shared[key] = BlockPlan(parts[0], part.block_site(replace(site, drop_path=rate), place))
            blocks.append(shared[key])
        if part is None or usual is None or not blocks:
            return None
        site = Site(stage.width, stage_stride, self.dilation, entry_dilation, True, *usual[1:])
        return StagePlan(f"layer{index + 1}", stage.name or "", part, site, tuple(blocks))

    def strided(self, stride: int) -> int:
        """The stride of a stage's first block; one that would pass the output stride becomes dilation instead."""
        if self.spec.output_stride and self.reduction >= self.spec.output_stride:
            self.dilation *= stride
            return 1
        self.reduction *= stride
        return stride

    def check_output_stride(self, stem: Stem | None) -> None:
        """Note where stem and stages lower the resolution below the output stride before strides become dilation."""
        wanted = self.spec.output_stride
        if stem is None or wanted is None or self.reduction <= wanted:
            return
        reached = accumulate((stage.stride for stage in self.spec.stages), mul, initial=stem.reduction)
        message = f"output_stride={wanted} cannot be kept: the body lowers the resolution by {self.reduction}"
        remedy = f"write one that it reaches: {', '.join(map(str, dict.fromkeys(reached)))}"
        self.faults.append(Fault("RS215", message, self.spec.origin.root.nearest(("output_stride",)).mark, remedy))

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
        """Block, conv, down, shortcut, norm, act, gate and attention as the levels say."""
        families: tuple[type[Part], ...] = (Block, Conv, Down, Shortcut, Norm, Act, Gate, Attention)
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
                message = f"{key} has {len(given)} values for {channels} input channels"
                self.faults.append(Fault("RS211", message, mark, f"write {channels} values"))
            found.append(given or (usual if channels == 3 else (neutral,) * channels))
        return found[0], found[1]


def mirrored(stage: StagePlan) -> Level:
    """A stage as a decoder may mirror it."""
    last = stage.blocks[-1]
    site = replace(last.site, stride=1, entry_dilation=last.site.dilation, drop_path=0.0)
    return Level(stage.name, len(stage.blocks), last.block, site, stage.site.stride, stage.stage.marks(stage.site))
