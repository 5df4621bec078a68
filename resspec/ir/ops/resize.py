"""Maps of another size by interpolation: to the size of another map, or by a factor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from resspec.ir.op import Call, Op, Saved, Shape, Window, Work, expect_map

Mode = Literal["nearest", "bilinear"]


@dataclass(frozen=True, slots=True)
class _Interpolation(Op):
    """Interpolation; `align` puts the corners' pixels of both maps on one another (bilinear alone)."""

    cost_rule: ClassVar[str] = "7 per output element where it is bilinear (4 products, 3 adds)"

    mode: Mode = "nearest"
    align: bool = False

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A weighted sum of four pixels, or a copy of one."""
        return Work(extra=7 * math.prod(out) if self.mode == "bilinear" else 0)

    def window(self) -> Window:
        """One neighbour, or two along each axis."""
        return Window(neighbours=2 if self.mode == "bilinear" else 1)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing: the gradient needs the sizes alone."""
        return Saved()

    @property
    def how(self) -> str:
        """The keywords that say how torch interpolates."""
        return f'mode="{self.mode}"' + (f", align_corners={self.align}" if self.mode == "bilinear" else "")


@final
@dataclass(frozen=True, slots=True)
class ResizeLike(_Interpolation):
    """A map at the size of another, whose values are not read: (C, H, W), (D, h, w) -> (C, h, w)."""

    kind: ClassVar[str] = "resize_like"
    arity: ClassVar[int] = 2
    likened: ClassVar[bool] = True

    def infer(self, *ins: Shape) -> Shape:
        """The channels of the first, the size of the second."""
        return (expect_map(self, ins[0])[0], *expect_map(self, ins[1])[1:])

    def call(self) -> Call:
        """`F.interpolate` to the other's size at run time."""
        return Call(expression=f"F.interpolate({{0}}, size={{1}}.shape[-2:], {self.how})")


@final
@dataclass(frozen=True, slots=True)
class Upsample(_Interpolation):
    """A map enlarged by a whole factor: (C, H, W) -> (C, f H, f W)."""

    kind: ClassVar[str] = "upsample"

    factor: int = 2

    def infer(self, *ins: Shape) -> Shape:
        """Sides times the factor."""
        channels, height, width = expect_map(self, ins[0])
        return channels, height * self.factor, width * self.factor

    def call(self) -> Call:
        """`F.interpolate` by the factor."""
        return Call(expression=f"F.interpolate({{0}}, scale_factor={self.factor}.0, {self.how})")
