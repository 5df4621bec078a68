"""What layers share whose weight is divided by its largest singular value, however that is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from resspec.ir.op import Op, Shape
from resspec.ir.ops.condition import expect_number
from resspec.ir.ops.conv import Linear


@dataclass(frozen=True, slots=True)
class DividedLinear(Op):
    """y = W x / s + b: macs = F_in F_out."""

    macs_rule: ClassVar[str] = "F_in F_out"
    precision: ClassVar[str] = "low"

    in_features: int
    out_features: int
    bias: bool = True

    @property
    def plain(self) -> Linear:
        """The layer whose weight is divided."""
        return Linear(self.in_features, self.out_features, self.bias)

    def infer(self, *ins: Shape) -> Shape:
        """(F_in,) -> (F_out,)."""
        return self.plain.infer(*ins)


@dataclass(frozen=True, slots=True)
class DividedEmbedding(Op):
    """A row of a learned table, which is divided, for each whole number."""

    precision: ClassVar[str] = "promoted"

    count: int
    features: int

    def infer(self, *ins: Shape) -> Shape:
        """() -> (C,)."""
        expect_number(self, ins[0])
        return (self.features,)
