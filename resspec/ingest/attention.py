"""What the tensors of convolutions that weigh paths against each other tell: the hidden width of the weighing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from resspec.ingest.anatomy import Anatomy, Tensors, kernel, width_of
from resspec.ingest.told import Told
from resspec.ingest.words import Data, ratios
from resspec.ir import Builder, Value
from resspec.parts import Act, Conv, Norm
from resspec.parts.families import Names, Unit

HIDDEN = {"selective-kernel": "attn.fc_reduce.weight", "split-attention": "fc1.weight"}
"""The tensor of such a convolution whose first axis is the hidden width."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Such a convolution as its tensors have it: channels given and made, and the hidden width."""

    given: int
    width: int
    hidden: int


def attentions(net: Anatomy, told: Told, stem: int) -> list[Data | None]:
    """The words of the convolutions of each stage, with the hidden width where words fit all stages of a kind."""
    facts: dict[str, list[Weighed]] = {}
    given = stem
    for stage, words in zip(net.stages, told.stages, strict=True):
        kind = words.parts.get("conv", {}).get("kind", "")
        for block in stage.blocks:
            if kind in HIDDEN:
                facts.setdefault(kind, []).extend(weighed(block, given, HIDDEN[kind]))
            given = width_of(block)
        given = words.width
    answers: list[Data | None] = []
    solved: dict[str, Data] = {}
    for words in told.stages:
        conv = words.parts.get("conv")
        kind = (conv or {}).get("kind", "")
        if conv and kind in facts:
            if kind not in solved:
                solved[kind] = attention_words(conv, HIDDEN[kind], facts[kind])
            conv = conv | solved[kind]
        answers.append(conv)
    return answers


def weighed(block: Tensors, given: int, tensor: str) -> Iterator[Weighed]:
    """The convolutions of a block that have such a tensor."""
    for conv, before, after in (("conv1", "", "conv2"), ("conv2", "conv1", "conv3")):
        if hidden := block.get(f"{conv}.{tensor}"):
            entry, following = kernel(block, before), kernel(block, after)
            path = block.get(f"{conv}.paths.0.conv.weight")
            width = path[0] if path else following[1] if following else width_of(block)
            yield Weighed(entry[0] if entry else given, width, hidden[0])


def attention_words(conv: Data, tensor: str, facts: Sequence[Weighed]) -> Data:
    """The first words beside `conv` that give all these hidden widths; none where no words do."""
    distinct = list(dict.fromkeys(facts))
    for words in attention(conv, distinct):
        part = Conv.read(conv | words)
        if all(hidden_of(part, tensor, fact) == fact.hidden for fact in distinct):
            return words
    return {}


def attention(conv: Data, facts: Sequence[Weighed]) -> Iterator[Data]:
    """Words to try, the defaults first."""
    yield {}
    if "radix" in conv:
        wholes, usual = [fact.given * conv["radix"] for fact in facts], (1 / 4, 1 / 16, 1 / 8)
    else:
        wholes, usual = [fact.width for fact in facts], (1 / 16, 1 / 4, 1 / 8)
    least: list[Data] = [{}, {"least": min(fact.hidden for fact in facts)}] if "radix" in conv else [{}]
    plain = Conv.read({"kind": conv["kind"]})
    shares = ratios([fact.hidden for fact in facts], wholes, usual)
    for ratio, divisor, floor in product(shares, (8, 32, 16, 4, 1), least):
        words = {"ratio": ratio, "divisor": divisor, **floor}
        yield {key: value for key, value in words.items() if value != getattr(plain, key)}


def hidden_of(conv: Conv, tensor: str, fact: Weighed) -> int:
    """The first axis of a tensor of a convolution laid on such a map."""
    b = Builder()
    unit = Unit(fact.width, 3, norm=Norm.read("batch"), act=Act.read("relu"), spatial=True)
    conv.lay(b, Names.numbered(2), Value("x", (fact.given, 8, 8)), unit)
    return next((weight.shape[0] for node in b.nodes for weight in node.weights
                 if f"{node.name}.{weight.name}" == f"conv2.{tensor}"), 0)  # fmt: skip
