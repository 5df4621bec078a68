"""Attention between tokens, which are vectors in a row (T, C)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Free, Op, Saved, Shape, Weight, Window, Work, expect_map


@final
@dataclass(frozen=True, slots=True)
class Tokens(Op):
    """The mean of a map and its places as tokens: (C, H, W) -> (1 + H W, C)."""

    kind: ClassVar[str] = "tokens"
    cost_rule: ClassVar[str] = "1 per input element (H W - 1 adds, 1 division per channel)"

    def infer(self, *ins: Shape) -> Shape:
        """One token more than places."""
        channels, height, width = expect_map(self, ins[0])
        return 1 + height * width, channels

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The mean."""
        return Work(extra=math.prod(ins[0]))

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing: the gradient needs the size alone."""
        return Saved()

    def call(self) -> Call:
        """The mean before the flattened map."""
        return Call(expression="torch.cat([{0}.mean((2, 3)).unsqueeze(1), {0}.flatten(2).mT], 1)")


POSITION_EMBEDDING = '''
class PositionEmbedding(nn.Module):
    """x + weight, a learned vector for each token."""

    def __init__(self, num_tokens: int, num_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_tokens, num_features))

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1] != self.weight.shape[0]:
            made, got = self.weight.shape[0] - 1, x.shape[1] - 1
            raise ValueError(f"the head is made for maps of {made} places, got {got}")
        return x + self.weight
'''


@final
@dataclass(frozen=True, slots=True)
class PositionEmbedding(Op):
    """x + p, a learned vector for each token; it binds the net to one input size."""

    kind: ClassVar[str] = "position_embedding"
    precision: ClassVar[str] = "promoted"
    cost_rule: ClassVar[str] = "1 per element"

    tokens: int
    features: int

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        if ins[0] != (self.tokens, self.features):
            raise self.refuse("RS303", f"{self.kind} is made for {(self.tokens, self.features)}, its input is {ins[0]}")
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (T, C)."""
        return (Weight("weight", (self.tokens, self.features)),)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One addition per element."""
        return Work(extra=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()

    def call(self) -> Call:
        """`PositionEmbedding`, defined in the emitted file, filled with deviation 1/sqrt(C)."""
        fill = "nn.init.trunc_normal_({m}.weight, std={m}.weight.shape[1] ** -0.5, generator=generator)"
        args = (Arg("num_tokens", self.tokens), Arg("num_features", self.features))
        return Call("PositionEmbedding", args, (fill,), support=POSITION_EMBEDDING)


ATTENTION = '''
class Attention(nn.Module):
    """softmax(q k' / sqrt(d)) v for each of several heads of d channels."""

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (
            x.unflatten(2, (self.num_heads, -1)).transpose(1, 2) for x in (q, k, v)
        )
        x = F.scaled_dot_product_attention(q, k, v)
        return x.transpose(1, 2).flatten(2)

    def extra_repr(self) -> str:
        return f"num_heads={self.num_heads}"
'''


@final
@dataclass(frozen=True, slots=True)
class Attention(Op):
    """softmax(q k' / sqrt(d)) v for each head of d = C / heads channels (arXiv:1706.03762): macs = 2 T² C."""

    kind: ClassVar[str] = "attention"
    macs_rule: ClassVar[str] = "2 T² C"
    precision: ClassVar[str] = "low"
    arity: ClassVar[int] = 3
    cost_rule: ClassVar[str] = "6 per pair of tokens and head (scale, maximum, subtract, exp, sum, divide)"

    heads: int

    def infer(self, *ins: Shape) -> Shape:
        """(T, C) thrice -> (T, C); heads must divide the channels."""
        if len(ins[0]) != 2 or len(set(ins)) != 1:
            raise self.refuse("RS306", f"attention needs three equal rows of tokens (T, C), got {ins}")
        if ins[0][1] % self.heads:
            raise self.refuse("RS305", f"{self.heads} attention heads do not divide {ins[0][1]} channels")
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Products of all pairs of tokens, their shares, and sums by these; a fused kernel keeps no product."""
        tokens, channels = out
        pairs = tokens * tokens
        return Work(2 * pairs * channels, extra=6 * pairs * self.heads)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The operands, the output, and a sum per token and head; shares are computed anew."""
        return Saved(inputs=(0, 1, 2), output=True, extra=out[0] * self.heads)

    def window(self) -> Window:
        """All tokens."""
        return Window(kernel=0)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """A sum per token and head."""
        return out[0] * self.heads, 0

    def call(self) -> Call:
        """`Attention`, defined in the emitted file."""
        return Call("Attention", (Arg("num_heads", self.heads),), support=ATTENTION)


@final
@dataclass(frozen=True, slots=True)
class TakeToken(Free):
    """The first token: (T, C) -> (C,)."""

    kind: ClassVar[str] = "take_token"
    aliases: ClassVar[bool] = True

    def infer(self, *ins: Shape) -> Shape:
        """One vector."""
        if len(ins[0]) != 2:
            raise self.refuse("RS302", f"a token is taken of a row of tokens (T, C), got {ins[0]}")
        return (ins[0][1],)

    def call(self) -> Call:
        """A slice."""
        return Call(expression="{0}[:, 0]")
