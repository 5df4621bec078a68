"""ReLU with a learned slope."""

from typing import ClassVar

from resspec.ir import Builder, Value, ops
from resspec.parts.families import Act


class PReLU(Act):
    """x where it is positive, else a learned slope times x; one slope for all channels (arXiv:1502.01852)."""

    kind: ClassVar[str] = "prelu"

    start: float = 0.25
    """The slope before training."""

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """One op."""
        return b.add(name, ops.PReLU(self.start), x)
