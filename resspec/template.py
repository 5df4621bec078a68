"""Pieces laid once, with names relative to them, and repeated by renaming."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from resspec.ir import OUTSIDE, Builder, Given, Node, Scope, Shape, Value
from resspec.plan import Piece
from resspec.spec.limits import LIMITS

TEMPLATES_KEPT = 65_536


@dataclass(frozen=True, slots=True)
class Template:
    """A piece laid on an input of one shape; names are relative, and the empty name is the piece's input. `params` are
    its learned elements, `width` and `kernel` its largest; `outside` is what the piece may read of the net besides."""

    nodes: tuple[Node, ...]
    scopes: tuple[tuple[str, Scope], ...]
    out: str
    shape: Shape
    params: int
    width: int
    kernel: int
    marks: tuple[tuple[str, Value], ...] = ()
    outside: tuple[Value, ...] = ()

    def shapes(self, given: Shape) -> dict[str, Shape]:
        """The shapes of all values that the nodes read or make, on an input of a shape."""
        known = {"": given} | {node.name: node.shape for node in self.nodes}
        return known | {value.name: value.shape for value in self.outside}

    @classmethod
    def of(cls, b: Builder, out: Value) -> Template:
        """What a builder laid, and the value that comes out of it."""
        return cls(
            tuple(b.nodes),
            tuple(b.scopes.items()),
            out.name,
            out.shape,
            sum(weight.elements for node in b.nodes for weight in node.weights if weight.learned),
            max((node.shape[0] for node in b.nodes if len(node.shape) in (1, 3)), default=0),
            max((node.op.window().kernel for node in b.nodes), default=0),
            tuple(b.marks.items()),
            b.condition.values if b.condition else (),
        )


@lru_cache(maxsize=TEMPLATES_KEPT)
def template(piece: Piece, shape: Shape, ops: int = LIMITS.ops, condition: Given | None = None) -> Template:
    """What a piece lays on an input of this shape (C, H, W), in at most so many operations, in a net that may have a
    condition."""
    b = Builder(limit=ops, condition=condition.outside() if condition else None)
    b.scopes[""] = Scope("Net")
    return Template.of(b, piece.lay(b, Value("", shape)))


def repeated(made: Template, prefix: str, source: str, site: str) -> list[Node]:
    """A template's nodes under a prefix, reading from `source`."""
    return [
        Node(
            prefix + node.name,
            node.op,
            tuple([placed(name, prefix) if name else source for name in node.inputs]),
            node.shape,
            site,
            prefix + node.shares if node.shares else "",
        )
        for node in made.nodes
    ]


def placed(name: str, prefix: str) -> str:
    """A name of a template in the net: below a prefix, but for those that are the net's already."""
    return name.removeprefix(OUTSIDE) if name.startswith(OUTSIDE) else prefix + name
