"""EvoNorm-S0."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import EvoNormS0
from resspec.parts.families import Act, Norm


class EvoNorm(Norm):
    """x sigmoid(v x) over the deviation of a group of channels, which takes the place of norm and activation alike;
    where there would be no activation, x over the deviation (EvoNorm-S0, arXiv:2004.02967)."""

    kind: ClassVar[str] = "evonorm-s0"

    groups: Annotated[int, Field(ge=1)] = 32
    """Number of groups."""
    group_size: Annotated[int, Field(ge=1)] | None = None
    """Channels per group; replaces `groups`."""
    eps: Annotated[float, Field(gt=0)] = 1e-5
    """Added to the variance."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """One op."""
        groups = max(1, x.channels // self.group_size) if self.group_size else self.groups
        return b.add(name, EvoNormS0(groups, x.channels, self.eps, act is not None, zero_init), x)
