"""The shipped specs, ordered by how near they are to what was told of a network."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from resspec.export.naming import Peer
from resspec.ingest.fit import tensors_of
from resspec.ingest.told import Told
from resspec.plan import Plan, resolve
from resspec.spec.loading import load_spec, shipped_specs
from resspec.spec.net import NetSpec

KIND, SIZE, HOUSE = 10, 1, 3
"""What another kind of part, another depth or width, and another library weigh."""


@cache
def shipped(name: str) -> NetSpec:
    """A shipped spec, read once."""
    return load_spec(name)


@cache
def plan_of(name: str) -> Plan:
    """The plan of a shipped spec."""
    return resolve(shipped(name))


@cache
def classifiers() -> tuple[str, ...]:
    """The shipped specs that tell classes of images apart: no decoders, no generators, no critics."""
    return tuple(name for name in shipped_specs() if classifies(plan_of(name)))


@cache
def unclassed() -> tuple[str, ...]:
    """The other shipped specs: networks that predict for places, that make images, and that judge them."""
    return tuple(name for name in shipped_specs() if name not in classifiers())


@cache
def tensors(name: str) -> dict[str, tuple[int, ...]]:
    """The tensors of a shipped spec by our names."""
    return tensors_of(shipped(name))


def classifies(plan: Plan) -> bool:
    """Whether a network has a head over classes and a stem of a width, which tensors tell."""
    stem = plan.stem.stem
    return hasattr(plan.head, "classes") and (hasattr(stem, "width") or hasattr(stem, "widths"))


def nearest(told: Told, peer: Peer) -> list[str]:
    """All shipped classifiers, the nearest first; of equally near ones the shortest name."""
    return sorted(classifiers(), key=lambda name: (distance(told, peer, name), len(name), name))


def distance(told: Told, peer: Peer, name: str) -> int:
    """How far a shipped spec is from what was told."""
    plan = plan_of(name)
    assert plan.head is not None
    total: int = HOUSE * (not is_of(peer, shipped(name).source or ""))
    total += KIND * abs(len(plan.stages) - len(told.stages))
    total += KIND * (plan.stem.stem.kind != told.stem["kind"]) + KIND * (plan.head.kind != told.head["kind"])
    total += KIND * (told.final is not None and plan.final.final.kind != told.final["kind"])
    total += SIZE * (told.stem.get("width", told.stem.get("widths")) != stem_size(plan))
    total += SIZE * (told.final is not None and told.final.get("width") != getattr(plan.final.final, "width", None))
    for stage, known in zip(told.stages, plan.stages, strict=False):
        total += SIZE * (stage.depth != len(known.blocks)) + SIZE * (stage.width != known.site.width)
        total += sum(KIND * (kind != stage.parts.get(family, {}).get("kind", kind)) for family, kind in kinds(known))
        block = stage.parts["block"]
        total += sum(SIZE for key, value in block.items() if getattr(known.blocks[0].block, key, value) != value)
    return total


def stem_size(plan: Plan) -> Any:
    """The width or widths of a stem."""
    stem: Any = plan.stem.stem
    return list(stem.widths) if hasattr(stem, "widths") else stem.width


def kinds(stage: Any) -> Iterator[tuple[str, str]]:
    """The kinds of parts that a planned stage is made of, by family."""
    block = stage.blocks[0]
    yield "stage", stage.stage.kind
    yield "block", block.block.kind
    for family in ("conv", "shortcut", "norm", "gate"):
        yield family, getattr(block.site, family).kind


def is_of(peer: Peer, source: str) -> bool:
    """Whether a source is of the house that a naming belongs to; our own names are torchvision's and timm's."""
    house = peer.name.partition("_")[0]
    return source.startswith(("torchvision", "timm") if house in ("resspec", "huggingface") else house)
