"""No pooling after the stem."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Act, Conv, Norm, Pool


class NoPool(Pool):
    """x."""

    kind: ClassVar[str] = "none"

    @property
    def reduction(self) -> int:
        """1."""
        return 1

    def lay(self, b: Builder, name: str, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """The map itself."""
        return x
