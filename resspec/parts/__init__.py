"""What a spec may name: one file per kind, found by being here."""

from resspec.parts.base import Part, discover
from resspec.parts.dense import Decoder, Heads, Kit, Level, Neck, Region, Sight
from resspec.parts.families import (
    Act,
    Attention,
    Block,
    Condition,
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
    family.family: family
    for family in (
        *(Stem, Stage, Block, Conv, Down, Shortcut, Norm, Act, Gate, Attention, Pool, Condition, Final, Head),
        *(Neck, Decoder, Heads, Region),
    )
}

__all__ = [
    "FAMILIES",
    "Act",
    "Attention",
    "Block",
    "Condition",
    "Conv",
    "Decoder",
    "Down",
    "Final",
    "Gate",
    "Head",
    "Heads",
    "Kit",
    "Level",
    "Names",
    "Neck",
    "Norm",
    "Part",
    "Pool",
    "Region",
    "Shortcut",
    "Sight",
    "Site",
    "Stage",
    "Stem",
    "Unit",
    "discover",
]
