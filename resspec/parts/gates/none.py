"""No gate."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Gate


class NoGate(Gate):
    """x."""

    kind: ClassVar[str] = "none"

    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """The map itself."""
        return x
