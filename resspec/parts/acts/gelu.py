"""GELU."""

from typing import ClassVar

from resspec.ir import Builder, Value, ops
from resspec.parts.families import Act


class GELU(Act):
    """x Phi(x), by erf (arXiv:1606.08415)."""

    kind: ClassVar[str] = "gelu"

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """One op."""
        return b.add(name, ops.GELU(), x)
