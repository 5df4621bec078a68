"""Norm and activation before the head."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Act, Conv, Final, Norm


class FinalNormAct(Final):
    """Norm and activation: the usual end behind pre-activation blocks (arXiv:1603.05027)."""

    kind: ClassVar[str] = "norm-act"

    def lay(self, b: Builder, x: Value, conv: Conv, norm: Norm, act: Act) -> Value:
        """norm, act."""
        return norm.lay(b, "norm", x, act, "act")
