"""From the anatomy of a net to what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resspec.ingest.anatomy import Anatomy, StageTensors, Tensors, width_of
from resspec.ingest.attention import attentions
from resspec.ingest.blocks import block_facts, conv_of, norm_of, shortcut_of
from resspec.ingest.ends import channels_of, final_of, head_of, side_of, stem_of, stem_width
from resspec.ingest.gates import gate_of, gate_place, gates
from resspec.ingest.told import Told, ToldStage, UnknownError
from resspec.ingest.words import Data, basic_words, middle_words


def tell(net: Anatomy) -> Told:
    """What the tensors tell; UnknownError with the place that nothing is known of."""
    stem = stem_of(net.stem)
    width = stem_width(net.stem)
    stages: list[ToldStage] = []
    for number, stage in enumerate(net.stages, start=1):
        if not stage.blocks:
            raise UnknownError(f"layer{number} has no blocks")
        told = stage_of(stage, width, f"layer{number}", bare="bn1.weight" not in net.stem)
        stages.append(told)
        width = told.width
    if not stages:
        raise UnknownError("there are no stages")
    if not any("shortcut" in stage.parts for stage in stages):  # then no stride shows, since none needs a projection
        stages = [replace(stage, stride=0) if "stage" not in stage.parts else stage for stage in stages]
    joint(stages)
    ends = final_of(net.rest), head_of(net.rest)
    return complete(net, Told(channels_of(net.stem), side_of(net.rest), stem, tuple(stages), *ends))


def stage_of(stage: StageTensors, given: int, name: str, *, bare: bool) -> ToldStage:
    """A stage that is given maps of this width."""
    inner = given
    parts: dict[str, Data | None] = {}
    width = width_of(stage.blocks[0])
    if "conv_transition.weight" in stage.own:
        width = stage.own["conv_transition.weight"][0]
        parts["stage"] = csp_of(stage.own, width, width_of(stage.blocks[0]), given)
        inner = stage.own["conv_exp.weight"][0] // 2
    widths = [inner, *(width_of(block) for block in stage.blocks[:-1])]
    facts = [block_facts(block, x, name, bare=bare) for block, x in zip(stage.blocks, widths, strict=True)]
    kinds = {fact[0] for fact in facts}
    if len(kinds) > 1:
        raise UnknownError(f"{name} has blocks of several kinds: {', '.join(sorted(kinds))}")
    kind, extra = facts[0][0], facts[0][2]
    parts["block"] = {"kind": kind, **extra}
    parts["conv"] = conv_of(stage.blocks[0], inner)
    parts["norm"] = norm_of(stage.blocks[0])
    parts["gate"] = gate_of(stage.blocks[0])
    shortcut, strides = shortcut_of(stage.blocks, widths)
    parts["shortcut"] = shortcut
    if "stage" in parts:
        strides = 2 if "conv_down.weight" in stage.own else 1
    told = {family: words for family, words in parts.items() if words is not None}
    return ToldStage(len(stage.blocks), width, strides, told, tuple(fact[1] for fact in facts if fact[1]))


def csp_of(own: Tensors, width: int, inner: int, given: int) -> Data:
    """A cross-stage-partial stage."""
    down = own.get("conv_down.weight")
    groups = given // down[1] if down else 1
    ratios = {"expand_ratio": own["conv_exp.weight"][0] / width, "block_ratio": inner / width}
    return {"kind": "csp", **ratios, **({"groups": groups} if groups > 1 else {})}


def joint(stages: Sequence[ToldStage]) -> None:
    """Words of blocks that fit all stages of a kind at once, else each stage's own."""
    by_kind: dict[str, list[ToldStage]] = {}
    for stage in stages:
        by_kind.setdefault(stage.parts["block"]["kind"], []).append(stage)
    for alike in by_kind.values():
        words = block_words(alike)
        found = [words] * len(alike) if words else [block_words([stage]) for stage in alike]
        for stage, own in zip(alike, found, strict=True):
            stage.parts["block"] = own or apart(stage)


def apart(stage: ToldStage) -> Data:
    """The words of blocks that no words fit together: what all share; the rest is noted block by block."""
    block: Data = stage.parts["block"]
    if block["kind"] == "bottleneck":
        each = [{"widths": [fact.first, fact.mid], "groups": fact.groups} for fact in stage.facts]
        block = {key: value for key, value in block.items() if key != "reduce_first"}
    else:
        found = [block_words([replace(stage, facts=(fact,))]) for fact in stage.facts]
        each = [words for words in found if words]
    if len(each) < stage.depth:
        return block
    shared = {key: value for key, value in each[0].items() if all(words.get(key) == value for words in each)}
    for place, words in enumerate(each):
        if own := {key: value for key, value in words.items() if key not in shared}:
            stage.blocks[place] = own
    return block | {key: value for key, value in shared.items() if (key, value) != ("groups", 1)}


def block_words(group: Sequence[ToldStage]) -> Data | None:
    """The words of the blocks of several stages."""
    kind = group[0].parts["block"]["kind"]
    extra = {key: value for key, value in group[0].parts["block"].items() if key != "kind"}
    facts = list(dict.fromkeys(fact for stage in group for fact in stage.facts))
    if not facts:
        return None
    if kind in ("basic", "preact-basic"):
        return basic_words(kind, facts)
    return middle_words(kind, extra, facts)


def complete(net: Anatomy, told: Told) -> Told:
    """What was told, with the words of the gates and their places, and of what weighs the paths of convolutions."""
    solved = gates(net, told, stem_width(net.stem))
    convs = attentions(net, told, stem_width(net.stem))
    stages = []
    for stage, words, gate, conv in zip(net.stages, told.stages, solved, convs, strict=True):
        parts = dict(words.parts) | ({"conv": conv} if conv else {})
        if gate:
            parts["gate"] = gate
        else:
            parts.pop("gate", None)
        block = dict(parts["block"])
        if gate_place(stage.blocks[0]) == "middle":
            block["gate_at"] = "middle"
        stages.append(replace(words, parts=parts | {"block": block}))
    return replace(told, stages=tuple(stages))
