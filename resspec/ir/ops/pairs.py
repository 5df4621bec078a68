"""Attention of the places of a map to one another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Call, Op, Saved, Shape, Window, Work, expect_map

PAIR_ATTENTION = '''
class PairAttention(nn.Module):
    """Sums of all places of `values` by shares, one softmax over all pairs of places at once.

    The sums stay in their order, place by place, and are read as a map all the same, as in MA-Net.
    """

    def forward(self, left: Tensor, right: Tensor, values: Tensor) -> Tensor:
        shares = left.flatten(2).mT @ right.flatten(2)
        shares = shares.flatten(1).softmax(1).view_as(shares)
        return (shares @ values.flatten(2).mT).view_as(values)
'''


@final
@dataclass(frozen=True, slots=True)
class PairAttention(Op):
    """softmax(l' r) v over all pairs of the places of a map at once, the sums read as a map (MA-Net's position-wise
    attention, doi:10.1109/ACCESS.2020.3025372): macs = (H W)² (D + C)."""

    kind: ClassVar[str] = "pair_attention"
    macs_rule: ClassVar[str] = "(H W)² (D + C)"
    precision: ClassVar[str] = "low"
    arity: ClassVar[int] = 3
    cost_rule: ClassVar[str] = "5 per pair of places (maximum, subtract, exp, sum, divide)"

    def infer(self, *ins: Shape) -> Shape:
        """(D, H, W) twice and (C, H, W) -> (C, H, W)."""
        left, right, values = ins
        expect_map(self, values)
        if left != right or left[1:] != values[1:]:
            raise self.refuse("RS306", f"attention of places needs maps of one size, got {ins}")
        return values

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Products of all pairs of places, their shares, and sums by these."""
        pairs = math.prod(out[1:]) ** 2
        return Work(pairs * (ins[0][0] + out[0]), extra=5 * pairs, activations=pairs + math.prod(out))

    def window(self) -> Window:
        """The whole map."""
        return Window(kernel=0)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The operands and the shares."""
        return Saved(inputs=(0, 1, 2), extra=math.prod(out[1:]) ** 2)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """Products and shares, or shares beside the sums."""
        pairs = math.prod(out[1:]) ** 2
        return max(2 * pairs - math.prod(out), pairs), 0

    def call(self) -> Call:
        """`PairAttention`, defined in the emitted file."""
        return Call("PairAttention", support=PAIR_ATTENTION)
