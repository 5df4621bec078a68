"""The end of critics that judge patches."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.ir.ops import Conv2d
from resspec.parts.families import Head


class PatchesHead(Head):
    """A convolution to a map of judgements, each of the patch of the image that it sees (arXiv:1611.07004)."""

    kind: ClassVar[str] = "patches"

    classes: Annotated[int, Field(ge=1)] = 1
    """Judgements of each patch."""
    kernel: Annotated[int, Field(ge=1)] = 4
    """Side of the convolution's kernel."""

    def lay(self, b: Builder, x: Value) -> Value:
        """(C, H, W) -> (classes, H', W'): judge."""
        conv = Conv2d(x.channels, self.classes, self.kernel, padding=(self.kernel - 1) // 2, bias=True)
        return b.add("judge", conv, x)
