"""Leaky ReLU."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value, ops
from resspec.parts.families import Act


class LeakyReLU(Act):
    """x where it is positive, else slope x."""

    kind: ClassVar[str] = "leaky-relu"

    slope: Annotated[float, Field(ge=0)] = 0.01
    """The factor of negative values."""

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """One op."""
        return b.add(name, ops.LeakyReLU(self.slope), x)
