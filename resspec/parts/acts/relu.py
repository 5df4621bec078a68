"""ReLU."""

from typing import ClassVar

from resspec.ir import Builder, Value, ops
from resspec.parts.families import Act


class ReLU(Act):
    """max(x, 0)."""

    kind: ClassVar[str] = "relu"

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """One op."""
        return b.add(name, ops.ReLU(), x)
