"""No decoder."""

from collections.abc import Sequence
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.dense import Decoder, Kit


class NoDecoder(Decoder):
    """x: heads read the body's last map itself, as those of pooled regions do (arXiv:1703.06870)."""

    kind: ClassVar[str] = "none"

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """The last map that it reads."""
        return maps[-1]
