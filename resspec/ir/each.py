"""An operation that runs on every region of an image: what stands behind the maps that boxes cut out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from resspec.ir.op import Call, Op, Saved, Shape, Weight, Window, Work


@final
@dataclass(frozen=True, slots=True)
class Each(Op):
    """An op on each of `count` regions of an image, with one set of tensors. Shapes have the count in front; the
    tensors that torch sees have regions and images in one axis, N count, so the op is spelt as it always is."""

    inner: Op
    count: int

    @property
    def kind(self) -> str:  # type: ignore[override]  # a fact of the op inside, as those below
        """The inner op's."""
        return self.inner.kind

    @property
    def aliases(self) -> bool:  # type: ignore[override]
        """The inner op's."""
        return self.inner.aliases

    @property
    def precision(self) -> str:  # type: ignore[override]
        """The inner op's."""
        return self.inner.precision

    @property
    def random(self) -> bool:  # type: ignore[override]
        """The inner op's."""
        return self.inner.random

    @property
    def overwrites(self) -> bool:  # type: ignore[override]
        """The inner op's."""
        return self.inner.overwrites

    @property
    def likened(self) -> bool:  # type: ignore[override]
        """The inner op's."""
        return self.inner.likened

    @property
    def arity(self) -> int:
        """The inner op's."""
        return self.inner.arity

    @property
    def core(self) -> Op:
        """The inner op."""
        return self.inner

    def around(self, core: Op) -> Op:
        """Another op on the same regions."""
        return Each(core, self.count)

    def one(self, shape: Shape) -> Shape:
        """The shape of one region."""
        return shape[1:]

    def tensor(self, images: int, shape: Shape) -> Shape:
        """Regions and images in one axis."""
        return images * shape[0], *shape[1:]

    def infer(self, *ins: Shape) -> Shape:
        """(count, …) each -> (count, …); operands that are no regions, or other ones, are refused."""
        if any(shape[:1] != (self.count,) for shape in ins):
            law = f"{self.kind} reads {self.count} regions of each image, got {' and '.join(map(str, ins))}"
            raise self.refuse("RS306", law)
        return self.count, *self.inner.infer(*[shape[1:] for shape in ins])

    def weights(self) -> tuple[Weight, ...]:
        """The inner op's, once."""
        return self.inner.weights()

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The inner op's, count times."""
        work = self.inner.work(self._ones(ins), out[1:])
        return Work(self.count * work.macs, self.count * work.extra, self.count * work.activations)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The inner op's, count times; what the whole batch keeps is kept once."""
        kept, count = self.inner.saves(self._ones(ins), out[1:]), self.count
        return replace(kept, extra=count * kept.extra, indices=count * kept.indices, narrow=count * kept.narrow)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The inner op's, count times."""
        image, batch = self.inner.scratch(self._ones(ins), out[1:])
        return self.count * image, batch

    def window(self) -> Window:
        """The inner op's."""
        return self.inner.window()

    def call(self) -> Call:
        """As the inner op is spelt."""
        return self.inner.call()

    def _ones(self, ins: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return tuple(shape[1:] for shape in ins)
