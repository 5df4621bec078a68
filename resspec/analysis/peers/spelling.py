"""How a source of networks spells operations where it differs from the modules that resspec writes. Counters that
follow names instead of arithmetic give other totals for other spellings of one network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resspec.errors import SpecError, did_you_mean
from resspec.ir import Graph, Node

Reading = Callable[[Graph, Node], str]
"""(graph, node) -> the kind that a counter sees."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A source of networks, and the kinds of operations that it spells another way."""

    name: str
    readings: Mapping[str, Reading]

    def kind(self, graph: Graph, node: Node) -> str:
        """What counters take a node for."""
        reading = self.readings.get(node.op.kind)
        return reading(graph, node) if reading else node.op.kind


def _mean_of_gates(graph: Graph, node: Node) -> str:
    """timm's gates average by `x.mean((2, 3))`, and so does the head (`FastAdaptiveAvgPool2d`) of its nets that begin
    with space-to-depth; other heads by `nn.AdaptiveAvgPool2d`."""
    fast = any(other.op.kind == "space_to_depth" for other in graph)
    return "mean" if fast or node.site != "head" else node.op.kind


SPELLINGS = {
    spelling.name: spelling
    for spelling in (
        Spelling("resspec", {}),
        Spelling(
            "timm",
            {
                "global_avg_pool": _mean_of_gates,
                "block_product": lambda _graph, _node: "repeated_product",
            },
        ),
    )
}
"""By name. torchvision and pycls spell what they have as resspec does."""


def spelling_of(name: str) -> Spelling:
    """The spelling of a source; SpecError for one that is not known."""
    if name not in SPELLINGS:
        raise SpecError.of("RS219", f"there is no spelling {name!r}", remedy=did_you_mean(name, SPELLINGS))
    return SPELLINGS[name]
