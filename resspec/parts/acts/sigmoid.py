"""The logistic function."""

from typing import ClassVar

from resspec.ir import Builder, Value, ops
from resspec.parts.families import Act


class Sigmoid(Act):
    """1 / (1 + exp(-x)): probabilities."""

    kind: ClassVar[str] = "sigmoid"

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """One op."""
        return b.add(name, ops.Sigmoid(), x)
