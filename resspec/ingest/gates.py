"""What the tensors of gates tell."""

from __future__ import annotations

from collections.abc import Sequence

from resspec.ingest.anatomy import Anatomy, Tensors, below, kernel, width_of
from resspec.ingest.told import Told
from resspec.ingest.words import Data, Gated, Place, gate_words

HIDDEN: dict[str, Place] = {
    "se": ("fc1.weight", 0),
    "gc": ("mlp_{fuse}.fc1.weight", 0),
    "bat": ("conv1.weight", 0),
    "eca": ("conv.weight", -1),
}
"""The tensor of a gate, and its axis, that is the hidden width, or the kernel where the gate has no hidden layer."""


def gate_of(block: Tensors) -> Data | None:
    """The gate, as far as one block shows it; its widths are solved over all stages."""
    inside = below(block, "gate2.se.") or below(block, "se.")
    if not inside:
        return {"kind": "none"}
    if "conv.weight" in inside:
        return {"kind": "eca"}
    if "conv_attn.weight" in inside:
        return {"kind": "gc", **({"fuse": "scale"} if any(name.startswith("mlp_scale") for name in inside) else {})}
    if "ba.conv_p.weight" in inside:
        return {"kind": "bat", "blocks": inside["ba.conv_p.weight"][2], "groups": inside["ba.conv1.weight"][0]}
    return {"kind": "se"} if "fc1.weight" in inside else None


def gate_place(block: Tensors) -> str:
    """Where the gate of a bottleneck acts: told by its width, else by the order."""
    third = kernel(block, "conv3") or kernel(block, "conv_pwl") or kernel(block, "conv2")
    names = list(block)
    inside = [name for name in names if name.startswith("se.")]
    gated = next((name for name in inside if len(block[name]) == 4), "")
    if third is None or not inside:
        return ""
    if gated and third[0] != third[1] and block[gated][1] in (third[0], third[1]):
        return "end" if block[gated][1] == third[0] else "middle"
    last = max(place for place, name in enumerate(names) if not name.startswith(("se.", "downsample.")))
    return "end" if names.index(inside[0]) > last else "middle"


def gates(net: Anatomy, told: Told, stem: int) -> list[Data | None]:
    """The words of the gates of each stage, jointly where one set of words fits all."""
    found: dict[str, list[tuple[int, list[Gated]]]] = {}
    extras: dict[str, Data] = {}
    given = stem
    for place, (stage, words) in enumerate(zip(net.stages, told.stages, strict=True)):
        gate = dict(words.parts.get("gate") or {"kind": "none"})
        kind = gate.pop("kind")
        facts = []
        for block in stage.blocks:
            facts += gate_facts(block, given, kind, gate)
            given = width_of(block)
        found.setdefault(kind, []).append((place, facts))
        extras.setdefault(kind, gate)
        given = words.width
    answers: list[Data | None] = [None] * len(told.stages)
    for kind, places in found.items():
        every = list(dict.fromkeys(fact for _, facts in places for fact in facts))
        shared = solved(kind, extras[kind], every)
        for place, facts in places:
            answers[place] = shared or solved(kind, extras[kind], facts)
    return answers


def gate_facts(block: Tensors, given: int, kind: str, words: Data) -> list[Gated]:
    """The gates of a block."""
    if kind not in HIDDEN:
        return []
    name, axis = place_of(kind, words)
    shapes = [block[full] for prefix in ("se.", "gate1.se.", "gate2.se.") if (full := prefix + name) in block]
    if kind == "eca":  # its kernel does not tell the map's width
        middle = kernel(block, "conv2") if gate_place(block) == "middle" else None
        return [Gated(middle[0] if middle else width_of(block), given, shape[axis]) for shape in shapes]
    return [Gated(shape[1], given, shape[axis]) for shape in shapes]


def place_of(kind: str, words: Data) -> Place:
    """The telling tensor of a gate with these words."""
    name, axis = HIDDEN[kind]
    return name.format(fuse=words.get("fuse", "add")), axis


def solved(kind: str, extra: Data, facts: Sequence[Gated]) -> Data | None:
    """The words of a gate."""
    if kind not in HIDDEN or not facts:
        return {"kind": kind, **extra}
    return gate_words(kind, extra, place_of(kind, extra), facts)
