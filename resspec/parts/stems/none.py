"""No stem."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Act, Conv, Norm, Stem


class NoStem(Stem):
    """x: the first block reads the image itself, as in critics (arXiv:1802.05957)."""

    kind: ClassVar[str] = "none"

    @property
    def reduction(self) -> int:
        """The size stays."""
        return 1

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act, bare: bool) -> Value:
        """The image."""
        return x
