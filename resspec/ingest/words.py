"""From figures to the words of the language: the first words whose part has these figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from resspec.ir import Builder, Value
from resspec.parts import Block, Gate
from resspec.parts.widths import Middle

Data = dict[str, Any]
Place = tuple[str, int]
"""The name of a tensor within its part, and an axis of it."""


@dataclass(frozen=True, slots=True)
class Middles:
    """The middle of a block as its tensors have it."""

    given: int
    width: int
    mid: int
    groups: int
    first: int = 0
    """Output channels of the convolution before the middle one; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Gated:
    """A gate as its tensors have it: the map's width, the block's input, the hidden width (the kernel of `eca`)."""

    width: int
    given: int
    hidden: int


def middle_words(kind: str, extra: Data, facts: Sequence[Middles]) -> Data | None:
    """The words of a block whose middle has these widths and groups everywhere; None where no words do."""
    for words in _middles(facts, (0.25, 1.0)):
        part: Any = Block.read({"kind": kind, **extra, **words})
        if all(_is_middle(part, fact) for fact in facts):
            return {"kind": kind, **words, **extra}
    return None


def _is_middle(part: Middle, fact: Middles) -> bool:
    outer = part.outer(fact.given, fact.width)
    if fact.first not in (0, max(1, fact.mid // getattr(part, "reduce_first", 1))):
        return False
    return (part.inner(outer), part.cardinality(outer)) == (fact.mid, fact.groups)


def _middles(facts: Sequence[Middles], usual: Sequence[float]) -> Iterator[Data]:
    """Words to try, the shortest first."""
    first, last = facts[0], facts[-1]
    sizes = {fact.mid // fact.groups for fact in facts}
    groups: list[Data] = [{"groups": first.groups}] if first.groups > 1 else [{}]
    groups += [{"group_size": size} for size in sorted(sizes)]
    for base in ({}, {"ratio_of": "input"}):
        outers = [fact.given if base else fact.width for fact in facts]
        for ratio in ratios([fact.mid for fact in facts], outers, usual):
            yield from ({"ratio": ratio, **base, **words} for words in groups)
    for ratio in usual:
        planes = max(1, round(last.width * ratio))
        base_width = -(-(last.mid // last.groups) * 64 // planes)
        yield {"ratio": ratio, "groups": first.groups, "base_width": max(1, base_width)}


def ratios(parts: Iterable[int], wholes: Iterable[int], usual: Sequence[float]) -> list[float]:
    """Shares that could have given these widths, round ones first."""
    exact = sorted({part / whole for part, whole in zip(parts, wholes, strict=True)})
    return list(dict.fromkeys([*usual, *(round(ratio, 4) for ratio in exact), *exact]))


def basic_words(kind: str, facts: Sequence[Middles]) -> Data | None:
    """The words of a block of two convolutions with these widths between them."""
    if len({fact.groups for fact in facts}) > 1:
        return None
    grouped = {"groups": facts[0].groups} if facts[0].groups > 1 else {}
    for ratio in ratios([fact.mid for fact in facts], [fact.width for fact in facts], (1.0,)):
        part = Block.read({"kind": kind, "ratio": ratio})
        if all(part.inner(fact.width) == fact.mid for fact in facts):
            return {"kind": kind, **({"ratio": ratio} if ratio != 1.0 else {}), **grouped}
    return None


def gate_words(kind: str, extra: Data, place: Place, facts: Sequence[Gated]) -> Data | None:
    """The words of a gate whose tensor has these hidden widths everywhere; None where no words do."""
    for words in _gates(kind, facts):
        gate = Gate.read({"kind": kind, **extra, **words})
        if all(hidden_of(gate, place, fact) == fact.hidden for fact in set(facts)):
            return {"kind": kind, **extra, **words}
    return None


def _gates(kind: str, facts: Sequence[Gated]) -> Iterator[Data]:
    """Words to try, the defaults first."""
    yield {}
    hidden = [fact.hidden for fact in facts]
    if kind == "eca":
        yield from ({"kernel": kernel} for kernel in dict.fromkeys(hidden) if kernel % 2)
        return
    for of in ("gated", "input") if kind == "se" else ("gated",):
        wholes = [fact.width if of == "gated" else fact.given for fact in facts]
        shares = ratios(hidden, wholes, (1 / 16, 1 / 4, 1 / 8))
        for divisor in (8, 1, 16, 4, 32) if kind != "bat" else (8,):
            for least in (1, min(hidden)) if kind == "se" else (1,):
                for ratio in shares:
                    words: Data = {"ratio": ratio}
                    words |= {"of": of} if of != "gated" else {}
                    words |= {"divisor": divisor} if kind != "bat" else {}
                    yield words | ({"least": least} if least > 1 else {})


def hidden_of(gate: Gate, place: Place, fact: Gated) -> int:
    """The axis of a tensor of a gate laid on such a map (8 by 8, so that any gate fits)."""
    name, axis = place
    b = Builder()
    gate.lay(b, Value("x", (fact.width, 8, 8)), fact.given)
    return next(
        (
            weight.shape[axis]
            for node in b.nodes
            for weight in node.weights
            if f"{node.name}.{weight.name}".removeprefix("se.") == name
        ),
        0,
    )
