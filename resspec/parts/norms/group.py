"""Group normalisation."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import GroupNorm as GroupNormOp
from resspec.parts.families import Act, Norm


class GroupNorm(Norm):
    """Normalisation over groups of channels of one image (arXiv:1803.08494)."""

    kind: ClassVar[str] = "group"

    groups: Annotated[int, Field(ge=1)] = 32
    """Number of groups."""
    group_size: Annotated[int, Field(ge=1)] | None = None
    """Channels per group; replaces `groups`."""
    eps: Annotated[float, Field(gt=0)] = 1e-5
    """Added to the variance."""

    def lay(self, b: Builder, name: str, x: Value, act: Act | None, act_name: str, zero_init: bool = False) -> Value:
        """Norm, then activation."""
        groups = max(1, x.channels // self.group_size) if self.group_size else self.groups
        y = b.add(name, GroupNormOp(groups, x.channels, self.eps, zero_init), x)
        return act.lay(b, act_name, y) if act else y
