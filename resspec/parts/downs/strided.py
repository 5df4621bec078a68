"""The strided convolution."""

from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.parts.families import Convolve, Down


class Strided(Down):
    """The convolution carries the stride."""

    kind: ClassVar[str] = "strided"

    def lay(self, b: Builder, name: str, x: Value, stride: int, convolve: Convolve) -> Value:
        """The convolution."""
        return convolve(x, stride)
