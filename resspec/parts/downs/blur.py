"""Blurring."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import BlurPool
from resspec.parts.families import Convolve, Down


class Blur(Down):
    """The convolution at every place, then a fixed blur at the stride (arXiv:1904.11486)."""

    kind: ClassVar[str] = "blur"

    def lay(self, b: Builder, name: str, x: Value, stride: int, convolve: Convolve) -> Value:
        """The convolution, the blur."""
        y = convolve(x, 1)
        return b.add(name, BlurPool(y.channels, stride=stride), y)
