"""What stands behind the body of a net as one row of steps, each of which reads maps by name and gives another: so that
each can be priced without the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from resspec.dense import DECODED, DensePlan
from resspec.ir import Builder, Value
from resspec.parts import Heads, Kit, Sight
from resspec.parts.steps import IMAGE, Step
from resspec.plan import FinalPlan, Plan

FINAL = "final"
"""The name of the map behind the last stage and what follows it."""
OUTPUTS = "outputs"
"""What the heads give; nothing reads it."""


def steps_of(plan: Plan) -> tuple[Step, ...]:
    """What a plan lays behind its stages. The maps of the body are called stem, unpooled, layer1 and so on, the image
    IMAGE. None where parts read more than these maps (those of blocks, or a condition), and where a neck is no row of
    steps."""
    dense = plan.dense
    if dense is None or plan.condition is not None:
        return ()
    taps = (*dense.neck_taps, *dense.decoder_taps, dense.aux, dense.deepest)
    if any("." in tap for tap in taps) or (dense.decoder is not None and dense.decoder.mirrors):
        return ()
    last = plan.stages[-1].name
    behind = _behind(dense, {last: FINAL})
    return (Step(Finished(plan.final), (last,), FINAL), *behind) if behind else ()


def _behind(dense: DensePlan, names: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps of neck, decoder and heads; `names` of maps that go by others."""
    kit = replace(dense.kit, levels=())
    found: list[Step] = []
    levels: dict[str, str] = {}
    if dense.neck is not None:
        count = len(dense.neck_taps)
        own = dense.neck.apart(count, kit)
        if not own:
            return ()
        found += _named("neck", own, [names.get(tap, tap) for tap in dense.neck_taps])
        levels = {level: f"neck.{level}" for level in dense.neck.levels(count)}
    if dense.decoder is not None:
        taps = list(levels.values()) or [names.get(tap, tap) for tap in dense.decoder_taps]
        own = dense.decoder.apart(len(taps), kit)
        found += _named("decoder", own, taps)
        levels = {DECODED: found[-1].gives if own else taps[-1]}
    seen = {"aux": dense.aux, "deepest": dense.deepest}
    told = {role: names.get(tap, tap) for role, tap in seen.items() if tap}
    ends = Ends(dense.heads, kit, tuple(levels), tuple(told), dense.whole)
    return (*found, Step(ends, (*levels.values(), *told.values(), IMAGE), OUTPUTS))


def _named(family: str, steps: Iterable[Step], taps: Sequence[str]) -> list[Step]:
    """The steps of a part with the names that its maps have in the net."""
    names = {str(place): tap for place, tap in enumerate(taps)} | {IMAGE: IMAGE}
    found = []
    for step in steps:
        names[step.gives] = f"{family}.{step.gives}"
        found.append(Step(step.laid, tuple(names[name] for name in step.reads), names[step.gives]))
    return found


@dataclass(frozen=True, slots=True)
class Finished:
    """What follows the last stage."""

    final: FinalPlan

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The layers on the last stage's map."""
        return self.final.lay(b, maps[0])


@dataclass(frozen=True, slots=True)
class Ends:
    """The heads on the levels of these names, on the maps of these roles, and on the image; `whole` as in a Sight."""

    heads: Heads
    kit: Kit
    levels: tuple[str, ...]
    roles: tuple[str, ...]
    whole: bool

    def lay(self, b: Builder, *maps: Value) -> Value:
        """The last output; each is marked by its name."""
        levels = dict(zip(self.levels, maps, strict=False))
        told = dict(zip(self.roles, maps[len(levels) :], strict=False))
        image = maps[-1]
        given = {name: b.add(name, op) for name, op in self.heads.asked(image.shape).items()}
        sight = Sight(levels, image, told.get("aux"), self.whole, told.get("deepest"), given)
        outputs = self.heads.lay(b, sight, self.kit)
        for name, x in outputs.items():
            b.mark(name, x)
        return [*outputs.values()][-1]
