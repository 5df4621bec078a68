"""Self-attention between all places of a map."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.errors import Fault, GraphError
from resspec.ir import Builder, Value
from resspec.ir.ops import (
    Add,
    Attention,
    Conv2d,
    Linear,
    PackedAttention,
    PlacesToRow,
    PlacesToTokens,
    PointConv1d,
    RowToPlaces,
    TokensToPlaces,
)
from resspec.parts.families import Attention as AttentionPart
from resspec.parts.families import Site


class SelfAttention(AttentionPart):
    """x + W o, o = softmax(q k' / sqrt(d)) v between all places of the normalised map (arXiv:1706.03762), as diffusion
    models have it behind the blocks of low resolution (arXiv:2006.11239). macs = 4 T C² + 2 T² C of T places."""

    kind: ClassVar[str] = "self"

    heads: Annotated[int, Field(ge=1)] = 1
    """Number of heads; it divides the channels."""
    layers: Literal["conv", "linear", "packed"] = "conv"
    """What makes queries, keys and values: a 1x1 convolution each, a linear layer each, or one 1-d convolution for all
    three (arXiv:2102.09672). The same products; the tensors differ in shape and number."""

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """In scope attn: bn, queries, keys, values, attention, projection, add."""
        if x.channels % self.heads:
            law = f"{self.heads} attention heads do not divide {x.channels} channels"
            raise GraphError(Fault("RS305", law, node=f"{b.prefix}attn", remedy="take a number that divides them"))
        with b.scope("attn", "SelfAttention", self.kind, self.about()):
            b.name_quantities(channels=x.channels)
            y = site.norm.lay(b, "bn", x, None, "act")
            y = self.packed(b, y, x) if self.layers == "packed" else self.apart(b, y, x)
            return b.add("add", Add(), x, y)

    def packed(self, b: Builder, y: Value, x: Value) -> Value:
        """row, qkv, attention, proj, map."""
        y = b.add("qkv", PointConv1d(x.channels, 3 * x.channels), b.add("row", PlacesToRow(), y))
        y = b.add("attention", PackedAttention(self.heads), y)
        return b.add("map", RowToPlaces(), b.add("proj", PointConv1d(x.channels, x.channels), y), x)

    def apart(self, b: Builder, y: Value, x: Value) -> Value:
        """q, k, v, tokens of each, attention, map, proj."""
        if self.layers == "linear":
            y = b.add("tokens", PlacesToTokens(), y)
            tokens = [b.add(name, Linear(x.channels, x.channels), y) for name in "qkv"]
            y = b.add("proj", Linear(x.channels, x.channels), b.add("attention", Attention(self.heads), *tokens))
            return b.add("map", TokensToPlaces(), y, x)
        maps = [b.add(name, Conv2d(x.channels, x.channels, bias=True), y) for name in "qkv"]
        tokens = [b.add(f"{name}_tokens", PlacesToTokens(), z) for name, z in zip("qkv", maps, strict=True)]
        y = b.add("map", TokensToPlaces(), b.add("attention", Attention(self.heads), *tokens), x)
        return b.add("proj", Conv2d(x.channels, x.channels, bias=True), y)
