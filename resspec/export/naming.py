"""Peers' names for our tensors: rules per scope, which also yield the peer's order.

One file in `resspec/export/peers` describes one peer. Our own names are those of torchvision's and timm's ResNets, so
these need no rules."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_BLOCK = re.compile(r"(?:decoder\.)?layer(\d+)\.(?:blocks\.)?(\d+)\.")
_STAGE = re.compile(r"(?:decoder\.)?layer(\d+)\.")
_UNIT = re.compile(r"(?P<side>decoder\.)?(?P<stage>layer\d+)\.(?:(?P<block>(?:blocks\.)?\d+)|down|up)\.")
_NUMBER = re.compile(r"\{(?:(\d+)\*)?([nisNubr])([+-]\d+)?\}")
_GROUP = re.compile(r"\{(\d)([+/-])(\d+)\}")


WRAPPERS = ("module.", "_orig_mod.", "model.")
"""Prefixes that wrappers (DataParallel, torch.compile, training loops) put before every name."""

Rule = tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Peer:
    """A naming. `renames` are (pattern, replacement) pairs applied to our names one after the other; in a
    replacement, `{n}` is the number of the block in the net, from 0, `{i}` its number in its stage, from 1, `{s}` the
    number of the stage, from 0, and `{N}` how many blocks the net has; `{2*i-1}` counts where a peer has two blocks for
    one of ours. Body and decoder apart, `{u}` counts blocks and the layers between stages, from 0, `{b}` blocks alone
    (of such a layer: the last one before it), and `{r}` stages in the order in which they are laid. A third pattern
    limits a rename to nets that have a name like it; `{block}` in it is the start of the names of the block at hand,
    `{stage}` of those of its stage.
    `scope` matches the part of a peer's name that its block shares, and `ranks` are patterns of what follows it, in
    the order in which the peer defines them; without them our order is the peer's.

    `reads` lead back: pairs applied to the peer's names one after the other. In a replacement, `{1+1}`, `{2-1}` and
    `{2/2}` are numbers counted from a group of the pattern; a third pattern limits a pair to state_dicts that have a
    name like it, `{block}` in it being what the pattern's first group found. Blocks that a peer numbers through the
    net are read into `layer0`. `all` matches the start of every name, for peers that rename everything; `needs` is
    found in one of our names at least, for peers without `reads`, of one sort of network alone."""

    name: str
    renames: tuple[Rule, ...] = ()
    scope: str = ""
    ranks: tuple[str, ...] = ()
    reads: tuple[Rule, ...] = ()
    all: str = ""
    needs: str = ""

    def names(self, own: Iterable[str]) -> dict[str, str]:
        """Our names and the peer's, in the peer's order."""
        listed = list(own)
        blocks = dict.fromkeys(match[0] for name in listed if (match := _BLOCK.match(name)))
        numbers = {block: number for number, block in enumerate(blocks)}
        holds = _conditions(listed)
        return dict(self._ordered([*zip(listed, self._renamed(listed, numbers, holds), strict=True)]))

    def own(self, theirs: Iterable[str]) -> dict[str, str]:
        """The peer's names and ours, in the peer's order. Of names that are not the peer's nothing is promised."""
        listed = list(theirs)
        return dict(zip(listed, self._read(listed, _conditions(listed)), strict=True))

    def fits(self, own: Iterable[str]) -> bool:
        """Whether the peer has names for all of ours, which lead back; where it has no `reads`, each of its own."""
        listed = list(own)
        names = list(self.names(listed).values())
        if self.needs:
            unique = len(set(names)) == len(names) and any(re.search(self.needs, name) for name in listed)
            return unique and all(re.match(self.all, name) for name in names)
        again = self.names(self.own(names).values())
        return set(again.values()) == set(names) and all(re.match(self.all, name) for name in names)

    def _read(self, names: list[str], holds: Callable[[str], bool]) -> list[str]:
        ours = [*names]
        for pattern, replacement, *conditions in self.reads:
            for place, name, found in _hits(pattern, ours):
                if all(holds(_placed(each, found)) for each in conditions):
                    filled = _GROUP.sub(lambda number, found=found: _changed(number, found), replacement)  # type: ignore[misc]
                    ours[place] = _compiled(pattern).sub(filled, name)
        return ours

    def _renamed(self, names: list[str], numbers: dict[str, int], holds: Callable[[str], bool]) -> list[str]:
        theirs, places = [*names], _places(names)
        for pattern, replacement, *conditions in self.renames:
            for place, name, _ in _hits(pattern, theirs):
                block = _BLOCK.match(names[place])
                stage = _STAGE.match(names[place])
                start, within = (re.escape(found[0]) if found else "" for found in (block, stage))
                if all(holds(each.replace("{block}", start).replace("{stage}", within)) for each in conditions):
                    counts = _counts(names[place], numbers) | places.get(_start(names[place]), {})
                    filled = _NUMBER.sub(lambda found, counts=counts: _counted(found, counts), replacement)  # type: ignore[misc]
                    theirs[place] = _compiled(pattern).sub(filled, name)
        return theirs

    def _ordered(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Pairs with each scope's members sorted by rank; members of a rank keep their order."""
        if not self.scope:
            return pairs
        scopes: dict[str, list[tuple[str, str]]] = {}
        for place, pair in enumerate(pairs):
            match = _compiled(self.scope).match(pair[1])
            scopes.setdefault(match[0] if match else f"#{place}", []).append(pair)
        return [
            pair for scope, members in scopes.items() for pair in sorted(members, key=lambda p: self._rank(p[1], scope))
        ]

    def _rank(self, name: str, scope: str) -> int:
        rest = name.removeprefix(scope)
        return next(
            (rank for rank, pattern in enumerate(self.ranks) if _compiled(pattern).match(rest)), len(self.ranks)
        )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern; `re` keeps but a few hundred, and asks about each search anew."""
    return re.compile(pattern)


def _hits(pattern: str, names: list[str]) -> list[tuple[int, str, re.Match[str]]]:
    """The names in which a pattern is found: place, name, what was found."""
    search = _compiled(pattern).search
    return [(place, name, found) for place, name in enumerate(names) if (found := search(name))]


def _of_block(conditions: list[str], name: str) -> list[str]:
    """Conditions on the block of one of our names."""
    block = _BLOCK.match(name)
    start = re.escape(block[0]) if block else ""
    return [each.replace("{block}", start) for each in conditions]


def _counts(name: str, numbers: Mapping[str, int]) -> dict[str, int]:
    """What the placeholders of a replacement stand for in one of our names."""
    block, stage = _BLOCK.match(name), _STAGE.match(name)
    counts = {"N": len(numbers)} | ({"s": int(stage[1]) - 1} if stage else {})
    return counts | ({"n": numbers[block[0]], "i": int(block[2]) + 1} if block else {})


Places = dict[str, int]
"""The numbers `u`, `b` and `r` of a block, or of a layer between stages."""


def _start(name: str) -> str:
    """What the name of a block, or of a layer between stages, begins with; empty for others."""
    unit = _UNIT.match(name)
    return unit[0] if unit else ""


def _places(names: Iterable[str]) -> dict[str, Places]:
    """The places of blocks and of the layers between stages, by the start of their names."""
    found: dict[str, Places] = {}
    units, blocks = {"": -1, "decoder.": -1}, {"": -1, "decoder.": -1}
    stages: dict[str, list[str]] = {"": [], "decoder.": []}
    for name in names:
        unit = _UNIT.match(name)
        if unit is None or unit[0] in found:
            continue
        side = unit["side"] or ""
        units[side] += 1
        blocks[side] += unit["block"] is not None
        if unit["stage"] not in stages[side]:
            stages[side].append(unit["stage"])
        found[unit[0]] = {"u": units[side], "b": blocks[side], "r": stages[side].index(unit["stage"])}
    return found


def _counted(found: re.Match[str], counts: Mapping[str, int]) -> str:
    """The number that a placeholder of a replacement stands for."""
    return str(int(found[1] or 1) * counts[found[2]] + int(found[3] or 0))


def _changed(number: re.Match[str], found: re.Match[str]) -> str:
    """The number that a placeholder makes of what a group found."""
    value, by = int(found[int(number[1])]), int(number[3])
    return str({"+": value + by, "-": value - by, "/": value // by}[number[2]])


def _placed(condition: str, found: re.Match[str]) -> str:
    """A condition on the block that a pattern's first group found."""
    return condition.replace("{block}", re.escape(found[1])) if "{block}" in condition else condition


def _conditions(names: list[str]) -> Callable[[str], bool]:
    """Whether a pattern finds a name among these."""
    whole = "\n".join(names)
    known: dict[str, bool] = {}

    def holds(condition: str) -> bool:
        if condition not in known:
            known[condition] = bool(re.search(condition, whole, re.MULTILINE))
        return known[condition]

    return holds


OWN = Peer("resspec")


@cache
def peers() -> tuple[Peer, ...]:
    """All known namings, ours first."""
    package = importlib.import_module("resspec.export.peers")
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]
    return (OWN, *(module.PEER for module in modules))


def unwrapped(naming: Mapping[str, str]) -> dict[str, str]:
    """A peer's names as they are once wrappers' prefixes are taken off a checkpoint: some peers have one themselves."""
    wrapped = wrappers_of(naming.values())
    return {name: theirs.removeprefix(wrapped) for name, theirs in naming.items()}


def wrappers_of(names: Iterable[str]) -> str:
    """What wrappers put before every one of these names."""
    left, taken = list(names), ""
    for prefix in WRAPPERS:
        if left and all(name.startswith(prefix) for name in left):
            left, taken = [name.removeprefix(prefix) for name in left], taken + prefix
    return taken
