"""The head of CLIP's ResNets."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Attention, Dropout, Linear, PositionEmbedding, TakeToken, Tokens
from resspec.parts.families import Head


class AttentionPoolHead(Head):
    """Attention of the map's mean to its places instead of average pooling (CLIP, arXiv:2103.00020). It learns a vector
    for each place, so that it reads maps of one size alone."""

    kind: ClassVar[str] = "attention-pool"

    classes: Annotated[int, Field(ge=0)] = 1000
    """Number of outputs of the last linear layer; 0 leaves the pooled features."""
    head_width: Annotated[int, Field(ge=1)] = 64
    """Channels per attention head."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability of dropping a pooled feature in training."""

    def lay(self, b: Builder, x: Value) -> Value:
        """(C, H, W) -> (classes,), or (C,) without classes. Every token is computed, and the first one kept."""
        width = x.channels
        with b.scope("attnpool", "AttentionPool", self.kind, self.about()):
            t = b.add("tokens", Tokens(), x)
            t = b.add("pos_embed", PositionEmbedding(*t.shape), t)
            q, k, v = (b.add(name, Linear(width, width), t) for name in ("q", "k", "v"))
            y = b.add("attention", Attention(max(1, width // self.head_width)), q, k, v)
        if self.classes > 0:
            if self.dropout > 0:
                y = b.add("drop", Dropout(self.dropout), y)
            y = b.add("fc", Linear(width, self.classes), y)
        return b.add("token", TakeToken(), y)
