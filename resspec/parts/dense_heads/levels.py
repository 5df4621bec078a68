"""The maps themselves."""

from collections.abc import Mapping
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.dense import Heads, Kit, Sight


class Levels(Heads):
    """The levels of the neck, or the decoder's map, are the outputs: the body of a detector to be."""

    kind: ClassVar[str] = "levels"

    def lay(self, b: Builder, sight: Sight, kit: Kit) -> Mapping[str, Value]:
        """Nothing is laid."""
        return sight.levels
