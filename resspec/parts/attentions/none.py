"""No attention."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Attention, Site


class NoAttention(Attention):
    """x."""

    kind: ClassVar[str] = "none"

    def lay(self, b: Builder, x: Value, site: Site) -> Value:
        """The map itself."""
        return x
