"""What stands behind the body of a network that predicts for places: neck, decoder, heads, and the maps they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from resspec.errors import Fault, GraphError, did_you_mean
from resspec.ir import Builder, Value
from resspec.parts import Decoder, Heads, Kit, Level, Neck, Part, Sight, Stem
from resspec.spec.net import NetSpec
from resspec.spec.tree import Path

P = TypeVar("P", bound=Part)

STEM = "stem"
DECODED = "decoder"
"""The name of a decoder's map."""


@dataclass(frozen=True, slots=True)
class DensePlan:
    """Neck, decoder and heads, each with the names of the maps it reads (`layer3`), from the input down; `aux` and
    `deepest` are the maps of the body that heads read besides."""

    kit: Kit
    heads: Heads
    neck: Neck | None = None
    neck_taps: tuple[str, ...] = ()
    decoder: Decoder | None = None
    decoder_taps: tuple[str, ...] = ()
    aux: str = ""
    deepest: str = ""
    whole: bool = False
    """Whether the decoder's map is as large as the image."""

    def lay(
        self, b: Builder, places: Mapping[str, Value], image: Value, given: Mapping[str, Value]
    ) -> tuple[dict[str, Value], dict[str, Value]]:
        """The outputs by name, and the maps that features may be taken from: levels and the decoder's map. `places` are
        the body's maps by name, `given` what the heads asked for."""
        levels: dict[str, Value] = {}
        if self.neck is not None:
            with _site(b, self.neck):
                levels = dict(self.neck.lay(b, [places[tap] for tap in self.neck_taps], self.kit))
        maps, sight = levels, Sight(levels, image, places.get(self.aux), deepest=places.get(self.deepest), given=given)
        if self.decoder is not None:
            read = list(levels.values()) or [places[tap] for tap in self.decoder_taps]
            with _site(b, self.decoder):
                x = self.decoder.lay(b, read, image, self.kit)
            maps, sight = {**levels, DECODED: x}, replace(sight, levels={DECODED: x}, whole=self.whole)
        with _site(b, self.heads):
            return dict(self.heads.lay(b, sight, self.kit)), maps


@contextmanager
def _site(b: Builder, part: Part) -> Iterator[None]:
    """A scope and a site that bear the name of a part's family; what the part itself refuses is told of that."""
    b.site = part.family
    with b.scope(part.family, type(part).__name__, part.kind, part.about()):
        try:
            yield
        except GraphError as error:
            raise GraphError(*(replace(fault, node=fault.node or part.family) for fault in error.faults)) from None


class Read(Protocol):
    """Reads the part of a family that the spec names at a path; None where it is wrong, which is told elsewhere."""

    def __call__(self, family: type[P], *levels: Path) -> P | None:
        """The part."""
        ...


@dataclass(slots=True)
class DenseReader:
    """Reads neck, decoder and heads of a spec. `places` are the maps that its body has, from the input down: the stem's
    and those of stages; `levels` say what is inside these."""

    spec: NetSpec
    read: Read
    places: Sequence[str]
    levels: Sequence[Level]
    faults: list[Fault] = field(default_factory=list)

    @property
    def known(self) -> list[str]:
        """All maps, from the input down, with those of blocks."""
        early = self.places[: self.places.index(STEM) + 1]
        return [*early, *(name for level in self.levels for name in level.maps)]

    def mirrored(self) -> tuple[str, ...]:
        """The maps that a decoder reads which has a stage for each of the body's: the stem's, those of blocks, and of
        what lowers the resolution between stages."""
        for index, level in enumerate(self.levels):
            if level.stride != 1 and not level.marks:
                law = f"the decoder mirrors stages that a layer of their own lowers, and a block of {level.name} does"
                self.fault("RS233", law, ("stages", index, "stride"), "write stage: entered")
        if (self.spec.decoder or {}).get("taps") is not None:
            law = "this decoder reads the map of every block, not taps"
            self.fault("RS230", law, ("decoder", "taps"), "~decoder.taps")
        return (STEM, *(name for level in self.levels for name in level.maps[:-1]))

    def plan(self, kit: Kit) -> DensePlan | None:
        """The plan; None after a fault."""
        spec = self.spec
        neck = self.read(Neck, ("neck",)) if spec.neck else None
        decoder = self.read(Decoder, ("decoder",)) if spec.decoder else None
        heads = self.read(Heads, ("heads",))
        if neck is None and decoder is None and not (spec.neck or spec.decoder):
            self.fault("RS230", "heads over places read a neck or a decoder, and there is none", ("heads",), "add one")
        neck_taps = self.taps("neck", neck.taps, self.places[self.places.index(STEM) + 1 :]) if neck else ()
        decoder_taps: tuple[str, ...] = ()
        if decoder and neck and decoder.taps:
            self.fault(
                "RS230", "a decoder behind a neck reads its levels, not taps", ("decoder", "taps"), "~decoder.taps"
            )
        elif decoder and decoder.mirrors:
            decoder_taps = self.mirrored()
        elif decoder and not neck:
            decoder_taps = self.taps("decoder", decoder.taps, decoder.usual(self.places))
        aux = heads.early if heads else None
        aux_tap = self.tap(aux, ("heads", "aux")) if aux is not None else ""
        if heads is None or self.faults or (spec.neck and not neck) or (spec.decoder and not decoder):
            return None
        deepest = self.places[-1] if heads.deep else ""
        self.read_to_the_end({*neck_taps, *decoder_taps, aux_tap, deepest})
        return DensePlan(
            kit, heads, neck, neck_taps, decoder, decoder_taps, aux_tap, deepest, self.whole(decoder, decoder_taps)
        )

    def whole(self, decoder: Decoder | None, taps: Sequence[str]) -> bool:
        """Whether the map of a decoder is as large as the image: it is always, or as large as a map that is."""
        if decoder is None or decoder.whole or not (decoder.levels_up and taps):
            return bool(decoder and decoder.whole)
        stem = self.read(Stem, ("stem",))
        behind = max(0, self.places.index(taps[0]) - self.places.index(STEM))
        strides = [stage.stride for stage in self.spec.stages[:behind]]
        return stem is not None and stem.reduction == 1 and all(stride == 1 for stride in strides)

    def taps(self, family: str, named: Sequence[int | str] | None, usual: Sequence[str]) -> tuple[str, ...]:
        """The names of the maps that a part reads, which must go from the input down."""
        if named is None:
            return tuple(usual)
        found = [self.tap(tap, (family, "taps", place)) for place, tap in enumerate(named)]
        order = [self.known.index(tap) for tap in found if tap]
        if order != sorted(set(order)):
            self.fault(
                "RS230", f"the taps of a {family} go from the input down, each once", (family, "taps"), "sort them"
            )
        return tuple(found)

    def tap(self, tap: int | str, path: Path) -> str:
        """The name of a map of the body; empty after a fault."""
        labels = {stage.name: f"layer{place}" for place, stage in enumerate(self.spec.stages, start=1) if stage.name}
        name = (STEM if tap == 0 else f"layer{tap}") if isinstance(tap, int) else labels.get(tap, tap)
        if name in self.known:
            return name
        known = [*self.places, *labels]
        count = len(self.spec.stages)
        remedy = f"stages are 1 to {count}, the stem is 0" if isinstance(tap, int) else did_you_mean(tap, known)
        self.fault("RS230", f"there is no map {tap!r} to read: the body has {', '.join(known)}", path, remedy)
        return ""

    def read_to_the_end(self, taps: set[str]) -> None:
        """A fault for stages behind the last one that is read."""
        last = max(self.places.index(tap.partition(".")[0]) for tap in taps if tap) - self.places.index(STEM)
        count = len(self.spec.stages)
        if last < count:
            idle = " and ".join(str(number) for number in range(last + 1, count + 1))
            remedy = "take them away: " + ", ".join(f"~stages.{number}" for number in range(last + 1, count + 1))
            path: Path = ("decoder" if self.spec.decoder else "neck", "taps")
            self.fault("RS231", f"nothing reads the maps of stages {idle}", path, remedy)

    def fault(self, code: str, message: str, path: Path, remedy: str) -> None:
        """A fault at a path of the spec."""
        entry = self.spec.origin.root.nearest(path)
        self.faults.append(Fault(code, message, entry.mark or entry.key, remedy))


def refused(spec: NetSpec) -> list[Fault]:
    """The fault of a net that has both a head of one output and what takes its place."""
    if not spec.dense or spec.head is None:
        return []
    key = next(key for key in ("decoder", "neck", "heads") if getattr(spec, key))
    entry: Any = spec.origin.root.nearest(("head",))
    message = f"a net with a {key} has heads over its maps, not a head"
    return [Fault("RS232", message, entry.key or entry.mark, "take one away: ~head, or ~neck, ~decoder and ~heads")]
