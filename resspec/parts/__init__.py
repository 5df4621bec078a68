"""What a spec may name: one file per kind, found by being here."""

from resspec.parts.base import Part, discover
from resspec.parts.families import (
    Act,
    Block,
    Conv,
    Down,
    Final,
    Gate,
    Head,
    Names,
    Norm,
    Pool,
    Shortcut,
    Site,
    Stage,
    Stem,
    Unit,
)

FAMILIES: dict[str, type[Part]] = {
    family.family: family for family in (Stem, Stage, Block, Conv, Down, Shortcut, Norm, Act, Gate, Pool, Final, Head)
}

__all__ = [
    "FAMILIES",
    "Act",
    "Block",
    "Conv",
    "Down",
    "Final",
    "Gate",
    "Head",
    "Names",
    "Norm",
    "Part",
    "Pool",
    "Shortcut",
    "Site",
    "Stage",
    "Stem",
    "Unit",
    "discover",
]
