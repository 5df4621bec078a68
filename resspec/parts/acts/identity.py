"""No activation."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Act


class Identity(Act):
    """x: a linear net."""

    kind: ClassVar[str] = "none"

    def lay(self, b: Builder, name: str, x: Value) -> Value:
        """The map itself."""
        return x
