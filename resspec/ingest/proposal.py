"""From what was told to specs that may be the network: a shipped spec resized, then reworded part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from resspec.ingest.told import FAMILIES, Told
from resspec.ingest.words import Data

NETWIDE = ("stem", "final", "head")
TOLD = {
    "block": {"ratio", "groups", "group_size", "base_width", "ratio_of", "widths", "reduce_first", "extra_conv",
              "scale", "kernel"},
    "gate": {"ratio", "divisor", "least", "of", "kernel", "blocks", "groups", "fuse"},
    "stem": {"width", "widths", "bare"},
    "stage": {"expand_ratio", "block_ratio", "groups"},
    "head": {"classes", "hidden"},
    "final": {"width"},
    "shortcut": {"kernel"},
    "conv": {"branches", "radix", "paths", "split", "ratio", "divisor", "least"},
}  # fmt: skip
"""The fields of a family that shapes tell; what else a part has is left as the shipped spec has it."""
SEEN = ("conv1x1", "norm-act")
"""Layers before the head that have tensors."""
ABOUT = ("name", "source", "budgets", "resspec")
REWORDED: tuple[tuple[str, ...], ...] = (
    (),
    ("block",),
    ("gate",),
    ("block", "gate"),
    ("shortcut",),
    ("norm",),
    ("stem", "final", "head"),
    ("block", "conv", "gate"),
    ("stem", "block", "conv", "gate", "shortcut"),
    (*NETWIDE, *FAMILIES),
)
"""Families whose words are taken from what was told, the fewest first."""


def proposals(told: Told, template: Data) -> Iterator[Data]:
    """Specs to try, the nearest to the template first."""
    for families in REWORDED:
        yield proposal(told, template, families)


def proposal(told: Told, template: Data, families: Sequence[str]) -> Data:
    """The template with the told sizes, and with the told words of these families."""
    data = {key: value for key, value in template.items() if key not in ABOUT}
    data["input"] = size_of(told, template)
    data["stem"] = stem_words(told, dict(data["stem"]), anew="stem" in families)
    data["head"] = part_words("head", data.get("head"), told.head)
    if "final" in families or (data.get("final") or {}).get("kind") == (told.final or {}).get("kind"):
        data |= {"final": part_words("final", data.get("final"), told.final)} if told.final else {}
    if told.final is None and (data.get("final") or {}).get("kind") in SEEN:
        del data["final"]
    data["stages"] = [stage_words(told, data["stages"], place) for place in range(len(told.stages))]
    for family in families:
        if family in FAMILIES:
            reword(data, told, family)
    return data


def size_of(told: Told, template: Data) -> list[int]:
    """The input: the template's size with the told channels, or the size that the head is bound to."""
    _, height, width = template.get("input", (3, 224, 224))
    side = told.side * 32
    return [told.channels, side or height, side or width]


def stem_words(told: Told, stem: Data, *, anew: bool) -> Data:
    """The stem of the told size; of the told kind where it is to be worded anew."""
    if anew:
        return part_words("stem", stem, told.stem)
    return stem | {key: told.stem[key] for key in ("width", "widths") if key in told.stem and key in stem}


def part_words(family: str, known: Data | None, told: Data) -> Data:
    """The told words; of a known part of that kind, also what shapes do not tell."""
    if known is None or known.get("kind") != told["kind"]:
        return told
    return {key: value for key, value in known.items() if key not in TOLD.get(family, ())} | told


def stage_words(told: Told, known: list[Data], place: int) -> Data:
    """A stage of the told size, otherwise as the template's stage at this place or its last one."""
    stage = told.stages[place]
    words = dict(known[min(place, len(known) - 1)])
    if place >= len(known):
        words.pop("name", None)
        words["stride"] = max(2, words.get("stride", 1))
    words |= {"depth": stage.depth, "width": stage.width}
    if "blocks" in words:
        words["blocks"] = {key: value for key, value in words["blocks"].items() if int(key) < stage.depth}
    if stage.stride == 1:
        words.pop("stride", None)
    elif stage.stride > 1:
        words["stride"] = max(2, words.get("stride", 1))
    return words


def reword(data: Data, told: Told, family: str) -> None:
    """Put the told words of a family in place of the template's, at the top where all stages share them."""
    values: list[Data | None] = []
    for stage, words in zip(data["stages"], told.stages, strict=True):
        known = merged(data.get(family), stage.pop(family, None))
        said = words.parts.get(family)
        values.append(part_words(family, known, said) if said else known)
        for block in (stage.get("blocks") or {}).values():
            block.pop(family, None)
        if family == "block" and words.blocks:
            own = {place: {"block": block} for place, block in words.blocks.items()}
            near = {int(key): block for key, block in (stage.get("blocks") or {}).items()}
            stage["blocks"] = {place: near.get(place, {}) | own.get(place, {}) for place in sorted({*near, *own})}
        if not any((stage.get("blocks") or {}).values()):
            stage.pop("blocks", None)
    data.pop(family, None)
    top = next((value for value in values if value), None)
    if top is None:
        return
    if all(value == top for value in values):
        data[family] = top
        return
    shared = most_common(values)
    alike = all(value == shared or (value and value["kind"] != shared["kind"]) for value in values)
    if alike:
        data[family] = shared
    for stage, value in zip(data["stages"], values, strict=True):
        if value and not (alike and value == shared):
            stage[family] = value


def merged(top: Any, near: Any) -> Data | None:
    """A part as a stage has it: its own words over the net's where they are of one kind."""
    over = near or {}
    if top and ("kind" not in over or over["kind"] == top.get("kind")):
        return {**top, **over}
    return over or None


def most_common(values: Sequence[Data | None]) -> Data:
    """The value that most stages have."""
    given = [value for value in values if value]
    return max(given, key=given.count)
