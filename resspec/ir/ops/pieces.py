"""Pieces of vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Shape, View


@final
@dataclass(frozen=True, slots=True)
class Chunk(View):
    """One of `count` equal pieces of a vector in a row, by its place from 0: (K C,) -> (C,)."""

    kind: ClassVar[str] = "chunk"

    count: int
    place: int = 0

    def infer(self, *ins: Shape) -> Shape:
        """The size of a piece."""
        if len(ins[0]) != 1:
            raise self.refuse("RS302", f"{self.kind} needs a vector, got {ins[0]}")
        if ins[0][0] % self.count:
            law = f"a vector of {ins[0][0]} values does not make {self.count} equal pieces"
            raise self.refuse("RS305", law, f"use a multiple of {self.count} values")
        return (ins[0][0] // self.count,)

    def call(self) -> Call:
        """A view."""
        args = (Arg("count", self.count), Arg("place", self.place))
        return Call(args=args, expression="{0}.chunk({count}, 1)[{place}]")
