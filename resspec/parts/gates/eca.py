"""Efficient channel attention."""

import math
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv1d, FromRow, GlobalAvgPool, Scale, Sigmoid, ToRow
from resspec.parts.families import Gate
from resspec.record import refusal


class EfficientChannel(Gate):
    """x sigmoid(w * mean(x)): each channel's factor follows from its neighbours, by a convolution along the channels
    (arXiv:1910.03151)."""

    kind: ClassVar[str] = "eca"

    kernel: Annotated[int, Field(ge=1)] | None = None
    """Channels that a factor follows from, an odd number; by default (log2 C + 1) / 2, rounded down and then up to
    odd, at least 3."""

    @field_validator("kernel")
    @classmethod
    def _kernel_is_odd(cls, kernel: int | None) -> int | None:
        if kernel is not None and kernel % 2 == 0:
            raise refusal("even_kernel", f"a kernel of {kernel} has no middle", f"use {kernel - 1} or {kernel + 1}")
        return kernel

    def reach(self, channels: int) -> int:
        """The kernel for a map of this width."""
        return self.kernel or max(3, int((math.log2(channels) + 1) / 2) | 1)

    def lay(self, b: Builder, x: Value, block_input: int) -> Value:
        """Squeeze, one convolution without bias along the channels, a factor per channel."""
        with b.scope("se", "EfficientChannelAttention", self.kind, self.about()):
            kernel = self.reach(x.channels)
            b.name_quantities(kernel_size=kernel, padding=kernel // 2)
            s = b.add("row", ToRow(), b.add("pool", GlobalAvgPool(), x))
            s = b.add("conv", Conv1d(1, 1, kernel), s)
            s = b.add("gate", Sigmoid(), b.add("column", FromRow(), s))
            return b.add("scale", Scale(), x, s)
