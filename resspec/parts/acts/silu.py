"""SiLU."""

from typing import ClassVar

from resspec.ir import Builder, Value, ops
from resspec.parts.families import Act


class SiLU(Act):
    """x sigmoid(x), also called swish (arXiv:1702.03118)."""

    kind: ClassVar[str] = "silu"

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """One op."""
        return b.add(name, ops.SiLU(), x)
