"""Average pooling."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import AvgPool2d
from resspec.parts.families import Convolve, Down


class Avg(Down):
    """The convolution at every place, and average pooling at the stride behind it or before it (before and after, the
    two orders of ResNeSt, arXiv:2004.08955)."""

    kind: ClassVar[str] = "avg"

    kernel: Annotated[int, Field(ge=2)] | None = None
    """Side of the window; by default the stride."""
    at: Literal["before", "after"] = "after"
    """Where the pool stands."""

    def lay(self, b: Builder, name: str, x: Value, stride: int, convolve: Convolve) -> Value:
        """The convolution and the pool; the convolution alone at stride 1."""
        if stride == 1:
            return convolve(x, 1)
        kernel = self.kernel or stride
        pool = AvgPool2d(kernel, stride, (kernel - 1) // 2)
        return convolve(b.add(name, pool, x), 1) if self.at == "before" else b.add(name, pool, convolve(x, 1))
