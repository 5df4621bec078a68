"""Nothing between the last stage and the head."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Act, Conv, Final, Norm


class NoFinal(Final):
    """x: the usual end behind post-activation blocks."""

    kind: ClassVar[str] = "none"

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """The map itself."""
        return x
