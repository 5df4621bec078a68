"""No normalisation."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Act, Norm


class NoNorm(Norm):
    """x: convolutions have a bias instead."""

    kind: ClassVar[str] = "none"
    shifts: ClassVar[bool] = False

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """The activation alone."""
        return act.lay(b, act_name, x) if act else x
