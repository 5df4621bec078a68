"""How large a spec may be before it is refused unread, unlaid or unbuilt, so that files from strangers cost little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from resspec.errors import Fault, Mark, SpecError, did_you_mean
from resspec.spec.tree import Entry, Path, path_text
from resspec.spec.units import parse_count

FREE = ("budgets", "source", "name")
"""Keys whose numbers size nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a spec may ask for; every one is inclusive."""

    bytes: int = 1_000_000
    """Size of one file."""
    nesting: int = 40
    """Lists and mappings inside one another."""
    values: int = 20_000
    """Values of a file, an alias counted as large as what it repeats."""
    files: int = 50
    """Files that one spec is read from."""
    stages: int = 64
    """Stages of a net."""
    blocks: int = 5_000
    """Blocks of a net."""
    width: int = 65_536
    """Channels of any map or vector inside a net."""
    kernel: int = 127
    """Side of a convolution's or a pool's window."""
    number: int = 1_000_000_000
    """Any number in a spec but those of budgets."""
    ops: int = 40_000
    """Operations of a net."""
    params: int = 1_000_000_000_000
    """Learned elements of a net."""
    outside: bool = False
    """Whether `extends` and budgets may name files outside the first file's folder."""

    def raised(self, texts: Iterable[str]) -> Limits:
        """The limits with some set by `name=count`, or lifted by `outside`; SpecError RS221 where that names none."""
        changed: dict[str, Any] = {}
        known = [field.name for field in fields(self) if field.name != "outside"]
        for text in texts:
            name, _, count = text.partition("=")
            if text == "outside":
                changed[text] = True
                continue
            if name not in known:
                raise SpecError.of(
                    "RS221", f"there is no limit {name!r}", remedy=did_you_mean(name, [*known, "outside"])
                )
            changed[name] = parse_count(count)
        return replace(self, **changed)


LIMITS = Limits()
"""The limits that hold where nobody raises them."""


def over(name: str, limit: int, asked: str, mark: Mark | None, node: str = "") -> Fault:
    """The fault of something that is over a limit."""
    remedy = f"where you trust the file, raise it: --allow {name}=…, or limits=Limits({name}=…)"
    return Fault("RS220", f"{asked}; the limit is {limit:,}", mark, remedy, node)


def limit_faults(root: Entry, limits: Limits) -> list[Fault]:
    """What a spec asks for over the limits, as far as it shows before anything is laid. `root` has its rules written
    out."""
    faults: list[Fault] = []
    stages = root.find(("stages",))
    if stages is None or not isinstance(stages.value, list):
        return faults
    if len(stages.value) > limits.stages:
        faults.append(over("stages", limits.stages, f"{len(stages.value)} stages", stages.mark))
    depths = [entry for index in range(len(stages.value)) if (entry := stages.find((index, "depth")))]
    counted = [entry for entry in depths if type(entry.value) is int]
    total = sum(entry.value for entry in counted)
    if total > limits.blocks:
        largest = max(counted, key=lambda entry: entry.value)
        faults.append(over("blocks", limits.blocks, f"{total:,} blocks", largest.mark))
    for index in range(len(stages.value)):
        width = stages.find((index, "width"))
        if width and type(width.value) is int and limits.width < width.value <= limits.number:
            asked = f"stages.{index + 1} is {width.value:,} wide"
            faults.append(over("width", limits.width, asked, width.mark))
    return faults


def number_faults(root: Entry, limits: Limits) -> list[Fault]:
    """The numbers that no spec needs."""
    found: list[Fault] = []
    free = root.value if isinstance(root.value, Mapping) else {}
    pending: list[tuple[Path, Entry]] = [((key,), entry) for key, entry in free.items() if key not in FREE]
    while pending:
        path, entry = pending.pop()
        if isinstance(entry.value, dict):
            pending += [((*path, key), inner) for key, inner in entry.value.items()]
        elif isinstance(entry.value, list):
            pending += [((*path, place), inner) for place, inner in enumerate(entry.value)]
        elif isinstance(entry.value, (int, float)) and abs(entry.value) > limits.number:
            asked = f"{path_text(path)} is {short(entry.value)}"
            found.append(over("number", limits.number, asked, entry.mark))
    return found


def short(value: float) -> str:
    """A number, or its size where it is too long to be shown."""
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a number of {value.bit_length()} bits"
    return f"{value:,}"
