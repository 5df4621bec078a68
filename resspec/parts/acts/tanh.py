"""The hyperbolic tangent."""

from typing import ClassVar

from resspec.ir import Builder, Value, ops
from resspec.parts.families import Act


class Tanh(Act):
    """tanh(x): the usual end of a network that makes images of values from -1 to 1."""

    kind: ClassVar[str] = "tanh"

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """One op."""
        return b.add(name, ops.Tanh(), x)
