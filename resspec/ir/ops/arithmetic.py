"""Joins of branches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Work


@final
@dataclass(frozen=True, slots=True)
class Add(Op):
    """F(x) + x: the residual connection (arXiv:1512.03385)."""

    kind: ClassVar[str] = "add"
    arity: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "1 per element"
    overwrites: ClassVar[bool] = True

    def infer(self, *ins: Shape) -> Shape:
        """Both operands have one shape."""
        left, right = ins
        if left != right:
            raise self.refuse(
                "RS306",
                f"the branch gives {left} and the shortcut {right}: they cannot be added",
                remedy="use a shortcut that changes shape (projection, pad, avgpool) or keep width and stride",
            )
        return left

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One addition per element."""
        return Work(extra=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()

    def call(self) -> Call:
        """`a + b`, or `a += b` where `a` is used nowhere else."""
        return Call(expression="{0} + {1}", inplace="{0} += {1}")


@final
@dataclass(frozen=True, slots=True)
class Scale(Op):
    """x s: a map times one factor per channel (C, 1, 1), as channel attention does (arXiv:1709.01507), or per place
    (1, H, W), as spatial attention does (arXiv:1808.08127)."""

    kind: ClassVar[str] = "scale"
    arity: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "1 per element of the map"

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) and (C, 1, 1) or (1, H, W) -> (C, H, W)."""
        left, right = ins
        if right not in ((left[0], 1, 1), (1, *left[1:])):
            law = f"a map of {left} needs factors ({left[0]}, 1, 1) or {(1, *left[1:])}, got {right}"
            raise self.refuse("RS306", law)
        return left

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiplication per element."""
        return Work(extra=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Both operands."""
        return Saved(inputs=(0, 1))

    def call(self) -> Call:
        """`x * s`."""
        return Call(expression="{0} * {1}")


@final
@dataclass(frozen=True, slots=True)
class Shift(Op):
    """x + s: a map plus one term per channel (C, 1, 1), as global context does (arXiv:1904.11492)."""

    kind: ClassVar[str] = "shift"
    arity: ClassVar[int] = 2
    cost_rule: ClassVar[str] = "1 per element of the map"
    overwrites: ClassVar[bool] = True

    def infer(self, *ins: Shape) -> Shape:
        """(C, H, W) and (C, 1, 1) -> (C, H, W)."""
        left, right = ins
        if right != (left[0], 1, 1):
            raise self.refuse("RS306", f"a map of {left} needs terms ({left[0]}, 1, 1), got {right}")
        return left

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One addition per element."""
        return Work(extra=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()

    def call(self) -> Call:
        """`x + s`."""
        return Call(expression="{0} + {1}", inplace="{0} += {1}")


@final
@dataclass(frozen=True, slots=True)
class Times(Op):
    """c x: a map times a constant, as residual scaling does (arXiv:1602.07261, section 3.3)."""

    kind: ClassVar[str] = "times"
    cost_rule: ClassVar[str] = "1 per element"
    overwrites: ClassVar[bool] = True

    factor: float

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        return ins[0]

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """One multiplication per element."""
        return Work(extra=math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """Nothing."""
        return Saved()

    def call(self) -> Call:
        """`x * c`."""
        return Call(args=(Arg("factor", self.factor),), expression="{0} * {factor}", inplace="{0} *= {factor}")
