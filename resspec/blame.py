"""Which key of a spec is to blame for a piece that cannot be laid: the one without which it can be.

A shape that does not fit shows at an operation; the mistake was made in a file. So each key that was written for the
parts of the failing piece is left out in turn, and the piece is laid again. A key without which the law is kept, or
broken by other numbers, is to blame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Given, Shape, TooLargeError, Value
from resspec.parts import FAMILIES, Part
from resspec.plan import BlockPlan, FinalPlan, Piece, StemPlan
from resspec.spec.cascade import DEFAULTS, cascade
from resspec.spec.merging import DENSE
from resspec.spec.net import NetSpec
from resspec.spec.tree import Path

ENDLESS = "operations without end"
"""How the fault begins of a piece that alone is over the limit of operations."""
TOO_MUCH = re.compile(r"[0-9,]+ (operations|params)")
"""How the fault begins of a net that is over such a limit: its depth is to blame."""
INPUT: Path = ("input",)
TRIED_OPS = 2_000
"""Operations after which a piece that is laid for trial is good enough."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A piece that cannot be laid on an input of a shape: the levels of the spec that say what it is (net, stage,
    block; or a part's key), the law that it breaks, with the node's name in the piece, and the scope of the piece."""

    piece: Piece | None
    shape: Shape
    levels: tuple[Path, ...]
    fault: Fault
    scope: str = ""
    condition: Given | None = None


def behind(fault: Fault, image: Shape, stride: int) -> Misfit:
    """The misfit of a part behind a body that lowers its image by a stride: the image's sides are to blame where maps
    of operations do not meet for them or are too small, else the part."""
    family = fault.node.partition(".")[0]
    level: Path = (family if family in ("neck", "decoder") else "heads",)
    of_op = fault.node != level[0]  # told by an operation, not by the part itself
    uneven = of_op and fault.code == "RS306" and any(side % stride for side in image[1:])
    if uneven:
        fault = replace(fault, remedy=f"use an input whose sides are multiples of {stride}")
    elif of_op and fault.code == "RS306":
        fault = replace(fault, remedy="let it read other maps (`taps`), or change the stages' widths and strides")
    small = of_op and fault.code == "RS304"
    return Misfit(None, image, (level, INPUT) if uneven or small else (level,), fault)


def culprit(spec: NetSpec, misfit: Misfit) -> Path:
    """The path of the key that is to blame; where no single one is, of what every such fault depends on."""
    if misfit.piece is not None and not TOO_MUCH.match(misfit.fault.message):
        tried = trials(spec, misfit.piece, misfit.levels)
        found = [(path, value, left(trial, misfit)) for path, value, trial in tried]
        concerned = [one for one in found if one[2] != misfit.fault.message]
        if concerned:
            return min(concerned, key=lambda one: rank(one[0], one[1], one[2], misfit.fault))[0]
    root = spec.origin.root
    if misfit.levels[-1] == INPUT:
        return INPUT if root.find(INPUT) else misfit.levels[0]
    if len(misfit.levels) > 1 and TOO_MUCH.match(misfit.fault.message):
        depths = [stage.depth for stage in spec.stages]
        return ("stages", depths.index(max(depths)), "depth")
    return next((path for path in (*spoken_of(spec, misfit), *usual(misfit)) if root.find(path)), misfit.levels[-1])


def spoken_of(spec: NetSpec, misfit: Misfit) -> list[Path]:
    """The fields that the message speaks of, of a stage's part where what that lays around its blocks fails, or of a
    part behind the body."""
    if misfit.piece is not None:
        return []
    level = misfit.levels[-1]
    if level[0] in DENSE:
        merged, origins = cascade(spec, str(level[0]), [level])
    else:
        merged, origins = cascade(spec, "stage", [("stage",), (*level, "stage")])
    named = [each for key, at in origins.items() if key != "kind" for each in within((*at, key), merged[key])]
    return [path for path, value in named if spoken(path, value, misfit.fault)]


def within(path: Path, value: object) -> Iterator[tuple[Path, object]]:
    """A value and, of a mapping, those below it but its kind, with their paths."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "kind":
                yield from within((*path, key), inner)


def usual(misfit: Misfit) -> list[Path]:
    """Where to look for the cause of a law's breach, where no part's key is to blame."""
    level, code = misfit.levels[-1], misfit.fault.code
    paths: list[Path] = [("input",)] if code == "RS304" else []
    if level[0:1] == ("condition",):
        return [level]
    if level[0:1] and level[0] in DENSE:
        return [level]
    if misfit.piece is None:
        return [*paths, (*level, "stage"), ("stage",)]
    if len(misfit.levels) == 1:
        return [*paths, (family(misfit.piece),)]
    if code == "RS308":
        return [(*at, "block") for at in reversed(misfit.levels)]
    return [*paths, (*level[:2], "stride" if code == "RS304" else "width")]


def family(piece: Piece) -> str:
    """The key under which a spec says what a piece of no stage is."""
    if isinstance(piece, Part):
        return piece.family
    return "stem" if isinstance(piece, StemPlan) else "final"


def rank(path: Path, value: object, left: str, fault: Fault) -> tuple[bool, bool, bool, int]:
    """Keys that the message speaks of come first, then fields before kinds, then those whose absence mends the piece,
    then what is written nearest."""
    return not spoken(path, value, fault), path[-1] in ("kind", *FAMILIES), bool(left), -len(path)


def spoken(path: Path, value: object, fault: Fault) -> bool:
    """Whether a message holds a key's name before an equals sign, or its value."""
    found = re.search(rf"\b{re.escape(str(value))}\b", fault.message)
    return f"{path[-1]}=" in fault.message or found is not None


def left(piece: Piece, misfit: Misfit) -> str:
    """The message that is left of the misfit's when a piece is laid in its place; empty where the law is kept."""
    try:
        piece.lay(Builder(limit=TRIED_OPS, condition=misfit.condition), Value("", misfit.shape))
    except TooLargeError:
        return misfit.fault.message if misfit.fault.message.startswith(ENDLESS) else ""
    except GraphError as error:
        law = (misfit.fault.code, misfit.fault.node)
        return next((fault.message for fault in error.faults if (fault.code, fault.node) == law), "")
    return ""


def trials(spec: NetSpec, piece: Piece, at: tuple[Path, ...]) -> Iterator[tuple[Path, object, Piece]]:
    """Each written key of the piece's parts with its value, and the piece without it."""
    for name, part in parts_of(piece).items():
        levels = [(*level, name) if level[-1:] != (name,) else level for level in at]
        merged, origins = cascade(spec, name, levels)
        for path, value, fields in without(merged, origins):
            try:
                trial = type(part).read(fields) if fields else FAMILIES[name].read(DEFAULTS[name])
            except (ValidationError, PydanticCustomError, KeyError):
                continue
            yield path, value, exchanged(piece, name, trial)


def without(merged: dict[str, Any], origins: dict[str, Path]) -> Iterator[tuple[Path, object, dict[str, Any]]]:
    """Each written field's path and value, and the part's fields without it; none without its kind."""
    for key, level in origins.items():
        value = merged[key]
        if key == "kind":
            yield (*level, key), value, {}
            continue
        yield (*level, key), value, {name: other for name, other in merged.items() if name != key}
        if isinstance(value, dict):
            for inner_key, inner_value in value.items():
                rest = {name: other for name, other in value.items() if name != inner_key}
                yield (*level, key, inner_key), inner_value, {**merged, key: rest}


def parts_of(piece: Piece) -> dict[str, Part]:
    """The parts that a piece is made of, by family."""
    owners = (piece, piece.site) if isinstance(piece, BlockPlan) else (piece,)
    found = {
        name: part for owner in owners for name in FAMILIES if isinstance(part := getattr(owner, name, None), Part)
    }
    return found or ({piece.family: piece} if isinstance(piece, Part) else {})


def exchanged(piece: Piece, name: str, part: Part) -> Piece:
    """The piece with another part of a family."""
    own: dict[str, Any] = {name: part}
    if isinstance(piece, BlockPlan):
        site = piece.site if name == "block" else replace(piece.site, **own)
        return replace(piece, site=site, **(own if name == "block" else {}))
    if isinstance(piece, (StemPlan, FinalPlan)):
        return replace(piece, **own)
    return part  # type: ignore[return-value]  # a head is laid by itself
