"""Every value of a spec, what is left to defaults included, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from resspec.errors import Mark
from resspec.parts import FAMILIES, Part
from resspec.plan import Plan, resolve
from resspec.record import Record, describe
from resspec.spec.cascade import cascade
from resspec.spec.merging import spelled_out
from resspec.spec.net import ORDER, NetSpec
from resspec.spec.overrides import OVERRIDE
from resspec.spec.tree import Entry, Path, path_text

UNSAID = Entry({})
"""What is written of something that a file does not name."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value: its dotted path, where it was written or else why it is so, and what it is told of."""

    path: str
    value: Any
    mark: Mark | None
    why: str
    told: tuple[type[Record], str]
    """The record that the value is of, and its field there; no field for the record's kind."""

    @property
    def about(self) -> str:
        """What the field is."""
        record, field = self.told
        if not field:
            assert issubclass(record, Part)
            return record.about()
        describe(record)  # which reads source text, so it waits until somebody asks
        return " ".join((record.model_fields[field].description or "").split())

    @property
    def origin(self) -> str:
        """`file:line:column`, the override, or the reason of a default."""
        if self.mark and self.mark.file == OVERRIDE:
            return f"{OVERRIDE} {self.mark.text}"
        return str(self.mark) if self.mark else self.why

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        place = {"file": self.mark.file, "line": self.mark.line, "column": self.mark.column} if self.mark else None
        return {"path": self.path, "value": self.value, "place": place, "why": self.why, "about": self.about}


def settings(spec: NetSpec) -> list[Setting]:
    """The values of a spec in the order in which specs are written; SpecError where a part is wrong."""
    plan = resolve(spec)
    found: list[Setting] = []
    for key in ORDER:
        if key == "stages":
            for index in range(len(spec.stages)):
                found += _stage(spec, index)
        elif key == "final":
            found += _final(spec, plan)
        elif key in FAMILIES:
            found += _part(spec, (key,))
        elif key in NetSpec.model_fields and key != "resspec":
            found += _plain(spec, plan, key)
    return found


def _plain(spec: NetSpec, plan: Plan, key: str) -> Iterator[Setting]:
    """A field of the net that is no part; what is neither written nor has a meaning is left out."""
    entry = spec.origin.root.find((key,))
    told = NetSpec, key
    value = getattr(plan, key, getattr(spec, key))
    if isinstance(value, dict):
        for name, inner in value.items():
            yield _setting((key, name), inner, spec.origin.root.find((key, name)), "given in code", told)
    elif value is not None:
        reasons = {"name": "the file's name", "mean": _statistics(plan), "std": _statistics(plan)}
        why = "given in code" if key in spec.model_fields_set and key != "name" else reasons.get(key, "default")
        yield _setting((key,), list(value) if isinstance(value, tuple) else value, entry, why, told)


def _statistics(plan: Plan) -> str:
    return "default: ImageNet's, for three channels" if plan.input[0] == 3 else "default: none"


def _stage(spec: NetSpec, index: int) -> Iterator[Setting]:
    """What the stage says of itself and of its blocks."""
    stage, root = spec.stages[index], spec.origin.root
    for key in sorted(type(stage).model_fields, key=ORDER.index):
        path: Path = ("stages", index, key)
        value = getattr(stage, key)
        if value is None:
            continue
        if key in FAMILIES:
            yield from _part(spec, (key,), path)
        elif key != "blocks":
            yield _setting(path, value, root.find(path), "default", (type(stage), key))
    for place, change in (stage.blocks or {}).items():
        for key in (key for key in ORDER if getattr(change, key, None) is not None):
            yield from _part(spec, (key,), ("stages", index, key), ("stages", index, "blocks", place, key))


def _part(spec: NetSpec, *levels: Path) -> Iterator[Setting]:
    """The part that the levels say, every field of it."""
    family = str(levels[-1][-1])
    merged, origins = cascade(spec, family, levels)
    if not merged:
        return
    said = {}
    for field, path in origins.items():
        entry = spelled_out(spec.origin.root.find(path) or UNSAID)
        if isinstance(entry.value, dict) and field in entry.value:
            said[field] = entry.value[field]
    why = "given in code" if "kind" in origins else f"default: what a net has that names no {family}"
    yield from _fields(levels[-1], FAMILIES[family].read(merged), Entry(said), why)


def _final(spec: NetSpec, plan: Plan) -> Iterator[Setting]:
    """What stands between the last stage and the head."""
    why = "default: norm-act behind pre-activation blocks, else none"
    if spec.final is not None:
        return _part(spec, ("final",))
    return _fields(("final",), plan.final.final, UNSAID, why)


def _fields(path: Path, part: Part, said: Entry, why: str) -> Iterator[Setting]:
    """The kind and the fields of a part, those of the parts inside it included."""
    yield _setting((*path, "kind"), part.kind, said.find(("kind",)), why, (type(part), ""))
    for field, value in part.to_data().items():
        entry = said.find((field,))
        inner = getattr(part, field, None)
        default = f"default of {part.family} {part.kind}"
        if isinstance(inner, Part):
            yield from _fields((*path, field), inner, spelled_out(entry) if entry else UNSAID, default)
        elif field != "kind" and (value is not None or entry):
            yield _setting((*path, field), value, entry, default, (type(part), field))


def _setting(path: Path, value: Any, entry: Entry | None, why: str, told: tuple[type[Record], str]) -> Setting:
    if entry is None:
        return Setting(path_text(path), value, None, why, told)
    return Setting(path_text(path), value, entry.mark, "" if entry.mark else "given in code", told)


def by_path(found: Sequence[Setting]) -> dict[str, Any]:
    """The values alone."""
    return {setting.path: setting.value for setting in found}
