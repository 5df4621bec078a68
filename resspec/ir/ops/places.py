"""Maps as rows of places for attention, and back, and an attention whose operands lie in one map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, View, Weight, Window, Work, expect_channels, expect_map


@final
@dataclass(frozen=True, slots=True)
class PlacesToTokens(View):
    """The places of a map as tokens, channels side by side in memory as fast attention wants them:
    (C, H, W) -> (H W, C)."""

    kind: ClassVar[str] = "places_to_tokens"
    aliases: ClassVar[bool] = False

    def infer(self, *ins: Shape) -> Shape:
        """A token for each place."""
        channels, height, width = expect_map(self, ins[0])
        return height * width, channels

    def call(self) -> Call:
        """A transposed copy."""
        return Call(expression="{0}.flatten(2).mT.contiguous()")


@final
@dataclass(frozen=True, slots=True)
class TokensToPlaces(View):
    """Tokens as the places of a map as large as another, not read itself: (H W, C), (D, H, W) -> (C, H, W)."""

    kind: ClassVar[str] = "tokens_to_places"
    arity: ClassVar[int] = 2

    def infer(self, *ins: Shape) -> Shape:
        """A place for each token."""
        _, height, width = expect_map(self, ins[1])
        if len(ins[0]) != 2 or ins[0][0] != height * width:
            raise self.refuse("RS306", f"tokens {ins[0]} do not fill a map of {height} x {width}")
        return ins[0][1], height, width

    def call(self) -> Call:
        """A transposed view."""
        return Call(expression="{0}.mT.unflatten(2, {1}.shape[2:])")


@final
@dataclass(frozen=True, slots=True)
class PlacesToRow(View):
    """The places of each channel in a row: (C, H, W) -> (C, H W)."""

    kind: ClassVar[str] = "places_to_row"

    def infer(self, *ins: Shape) -> Shape:
        """One axis for two."""
        channels, height, width = expect_map(self, ins[0])
        return channels, height * width

    def call(self) -> Call:
        """A view."""
        return Call(expression="{0}.flatten(2)")


@final
@dataclass(frozen=True, slots=True)
class RowToPlaces(View):
    """Channels' rows as a map as large as another, whose values are not read: (C, H W), (D, H, W) -> (C, H, W)."""

    kind: ClassVar[str] = "row_to_places"
    arity: ClassVar[int] = 2

    def infer(self, *ins: Shape) -> Shape:
        """Two axes for one."""
        _, height, width = expect_map(self, ins[1])
        if len(ins[0]) != 2 or ins[0][1] != height * width:
            raise self.refuse("RS306", f"rows {ins[0]} do not fill a map of {height} x {width}")
        return ins[0][0], height, width

    def call(self) -> Call:
        """A view."""
        return Call(expression="{0}.unflatten(2, {1}.shape[2:])")


@final
@dataclass(frozen=True, slots=True)
class PointConv1d(Op):
    """The same matrix at each place of a row, with a bias: macs = C_out L C_in."""

    kind: ClassVar[str] = "point_conv1d"
    macs_rule: ClassVar[str] = "C_out L C_in"
    precision: ClassVar[str] = "low"
    cost_rule: ClassVar[str] = "1 per output element"

    in_channels: int
    out_channels: int

    def infer(self, *ins: Shape) -> Shape:
        """(C_in, L) -> (C_out, L)."""
        if len(ins[0]) != 2:
            raise self.refuse("RS302", f"{self.kind} needs a sequence (C, L), got {ins[0]}")
        expect_channels(self, self.in_channels, ins[0])
        return self.out_channels, ins[0][1]

    def weights(self) -> tuple[Weight, ...]:
        """`weight` (C_out, C_in, 1) and `bias` (C_out)."""
        return Weight("weight", (self.out_channels, self.in_channels, 1)), Weight("bias", (self.out_channels,))

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiply-accumulate per input channel and output element."""
        outputs = math.prod(out)
        return Work(outputs * self.in_channels, outputs, outputs)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input."""
        return Saved(inputs=(0,))

    def call(self) -> Call:
        """`nn.Conv1d`, filled uniformly within ±1/sqrt(C_in), torch's own rule."""
        args = (
            Arg("in_channels", self.in_channels),
            Arg("out_channels", self.out_channels),
            Arg("kernel_size", 1),
        )
        bound = "{m}.in_channels**-0.5"
        fills = tuple(
            f"nn.init.uniform_({{m}}.{name}, -({bound}), {bound}, generator=generator)" for name in ("weight", "bias")
        )
        return Call("nn.Conv1d", args, fills)


PACKED = '''
class PackedAttention(nn.Module):
    """softmax(q' k / sqrt(d)) v between places, for each of several heads; the channels
    of a head are those of its queries, keys and values, d each.
    """

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads

    def forward(self, x: Tensor) -> Tensor:
        x = x.unflatten(1, (self.num_heads, 3, -1)).mT.contiguous()
        x = F.scaled_dot_product_attention(x[:, :, 0], x[:, :, 1], x[:, :, 2])
        return x.mT.flatten(1, 2)

    def extra_repr(self) -> str:
        return f"num_heads={self.num_heads}"
'''


@final
@dataclass(frozen=True, slots=True)
class PackedAttention(Op):
    """softmax(q' k / sqrt(d)) v between L places for each head, queries, keys and values of a head side by side in one
    row of channels (3 C, L), d = C / heads: macs = 2 L² C."""

    kind: ClassVar[str] = "packed_attention"
    macs_rule: ClassVar[str] = "2 L² C"
    precision: ClassVar[str] = "low"
    cost_rule: ClassVar[str] = "6 per pair of places and head (scale, maximum, subtract, exp, sum, divide)"

    heads: int

    def infer(self, *ins: Shape) -> Shape:
        """(3 C, L) -> (C, L); heads must divide C."""
        if len(ins[0]) != 2 or ins[0][0] % 3:
            raise self.refuse("RS302", f"{self.kind} needs queries, keys and values (3 C, L), got {ins[0]}")
        channels = ins[0][0] // 3
        if channels % self.heads:
            raise self.refuse("RS305", f"{self.heads} attention heads do not divide {channels} channels")
        return channels, ins[0][1]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Products of all pairs of places, their shares, and sums by these."""
        channels, places = out
        return Work(2 * places * places * channels, extra=6 * places * places * self.heads)

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Queries, keys and values side by side, the sums before they are put in a row, and a number per place and
        head; shares are computed anew."""
        return Saved(extra=4 * math.prod(out) + out[1] * self.heads)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """Queries, keys and values side by side, and a number per place and head."""
        return math.prod(ins[0]) + out[1] * self.heads, 0

    def call(self) -> Call:
        """`PackedAttention`, defined in the emitted file."""
        return Call("PackedAttention", (Arg("num_heads", self.heads),), support=PACKED)
