"""The builder: parts write operations into it; names, shapes and scopes are kept in step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from resspec.errors import Fault, GraphError
from resspec.ir.each import Each
from resspec.ir.graph import Facts, Graph, Node, Scope
from resspec.ir.op import Op, Shape

MOST = 1_000_000
"""Operations that are laid where nobody sets a limit."""


class TooLargeError(GraphError):
    """More operations than the limit; whoever set it says so."""


@dataclass(frozen=True, slots=True)
class Value:
    """The result of an op, to be read by others: the node's name and its shape without the batch; where it is there for
    `each` of so many regions of an image, the shape of one."""

    name: str
    shape: Shape
    each: int = 0

    @property
    def channels(self) -> int:
        """The size of the first axis."""
        return self.shape[0]

    @property
    def whole(self) -> Shape:
        """The shape for one image: the number of regions in front, where there are any."""
        return (self.each, *self.shape) if self.each else self.shape


@dataclass(frozen=True, slots=True)
class Given:
    """What a net is conditioned on beside its image: a vector (C,), or where it lies `below` a number, a whole number
    for each image, of shape ()."""

    value: Value
    below: int = 0
    chunks: tuple[Value, ...] = ()
    """Vectors that parts may read in its place, each by its number."""

    @property
    def values(self) -> tuple[Value, ...]:
        """All that parts may read."""
        return (self.value, *self.chunks)

    def outside(self) -> Given:
        """The same, read from within a piece whose other names are its own."""
        value, *chunks = (Value(OUTSIDE + value.name, value.shape) for value in self.values)
        return Given(value, self.below, tuple(chunks))


OUTSIDE = "/"
"""How a name begins, within a piece, that is the net's and not the piece's."""


@dataclass(slots=True)
class Builder:
    """Lays operations in schedule order. `site` names the stem, block or head that is being written."""

    site: str = ""
    nodes: list[Node] = field(default_factory=list)
    scopes: dict[str, Scope] = field(default_factory=dict)
    prefix: str = ""
    names: set[str] = field(default_factory=set)
    limit: int = MOST
    """Operations that may be laid."""
    marks: dict[str, Value] = field(default_factory=dict)
    """Values that are known by a name of their own, such as the map before a stem's pool."""
    uses: dict[str, int] = field(default_factory=dict)
    """How often each shared scope was opened."""
    condition: Given | None = None
    """What the net is conditioned on, for parts that read it."""
    shared: tuple[str, str] = ("", "")
    """While a shared scope is laid again: its prefix now, and the prefix of its first time."""

    def add(self, name: str, op: Op, *operands: Value) -> Value:
        """Lay one op under the current scope; its shape is inferred at once, so an error names it."""
        full = self.prefix + name
        if full in self.names:
            raise GraphError(Fault("RS310", f"two operations are called {full!r}"))
        if len(self.nodes) >= self.limit:
            raise TooLargeError
        each = max([operand.each for operand in operands], default=0)
        if each and not op.gathers:
            op = Each(op, each)
        try:
            shape = op.infer(*[operand.whole for operand in operands])
        except GraphError as error:
            raise GraphError(*(replace(fault, node=full) for fault in error.faults)) from None
        self.names.add(full)
        again, first = self.shared
        shares = first + full.removeprefix(again) if again else ""
        self.nodes.append(Node(full, op, tuple([operand.name for operand in operands]), shape, self.site, shares))
        return Value(full, shape[1:], shape[0]) if op.spreads or isinstance(op, Each) else Value(full, shape)

    @contextmanager
    def scope(self, name: str, title: str = "", kind: str = "", doc: str = "") -> Iterator[None]:
        """Names laid inside begin with `name.`; `title` is the class the scope becomes, `kind` and `doc` the part
        that fills it."""
        outer = self.prefix
        self.prefix = f"{outer}{name}."
        if title:
            self.scopes[self.prefix[:-1]] = Scope(title, kind, doc)
        try:
            yield
        finally:
            self.prefix = outer

    def mark(self, name: str, x: Value) -> None:
        """Let a value be found by a name."""
        self.marks[name] = x

    @contextmanager
    def shared_scope(self, name: str, title: str = "", kind: str = "", doc: str = "") -> Iterator[None]:
        """A scope that may be laid on several maps with one set of tensors: the first time as `name`, then as
        `name__2`, `name__3` …, whose nodes share those of the first."""
        full = self.prefix + name
        times = self.uses[full] = self.uses.get(full, 0) + 1
        outer = self.shared
        with self.scope(name if times == 1 else f"{name}__{times}", title, kind, doc):
            if times > 1:
                assert not outer[0], "a shared scope inside one that is laid again shares already"
                self.shared = (self.prefix, f"{full}.")
            try:
                yield
            finally:
                self.shared = outer

    def name_quantities(self, **hints: int) -> None:
        """Say what the numbers of the current scope are called, so that source written from it reads well."""
        scope = self.scopes.get(self.prefix[:-1])
        if scope:
            self.scopes[self.prefix[:-1]] = replace(scope, hints=scope.hints + tuple(hints.items()))

    def graph(
        self, outputs: Mapping[str, Value], taps: Mapping[str, str] | None = None, facts: Facts | None = None
    ) -> Graph:
        """What was laid, as a graph."""
        return Graph.of(self.nodes, {key: value.name for key, value in outputs.items()}, self.scopes, taps, facts)
