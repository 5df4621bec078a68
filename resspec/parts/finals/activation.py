"""An activation before the head."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Act, Conv, Final, Norm


class FinalAct(Final):
    """The activation that the last block left out (RegNetV and RegNetZ of timm)."""

    kind: ClassVar[str] = "act"

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """act."""
        return act.lay(b, "act", x)
