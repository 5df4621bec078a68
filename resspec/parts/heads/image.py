"""The end of networks that make images."""

from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.base import part_field
from resspec.parts.dividing import CONVS, Spectral
from resspec.parts.families import Act, Head


class ImageHead(Head):
    """A convolution to the channels of an image, and an activation (arXiv:1511.06434)."""

    kind: ClassVar[str] = "image"

    channels: Annotated[int, Field(ge=1)] = 3
    """Channels of the image."""
    kernel: Annotated[int, Field(ge=1)] = 3
    """Side of the convolution's kernel, odd."""
    act: Annotated[Act, part_field(Act)] = Field(default_factory=lambda: Act.read("tanh"))
    """The activation behind it."""

    spectral: Spectral = False
    """Whether its kernel is divided by its largest singular value (arXiv:1802.05957); with `left` a step of the power
    method finds it in every run."""

    def lay(self, b: Builder, x: Value) -> Value:
        """(C, H, W) -> (channels, H, W): to_image, image."""
        conv = CONVS[self.spectral](x.channels, self.channels, self.kernel, padding=self.kernel // 2, bias=True)
        return self.act.lay(b, "image", b.add("to_image", conv, x))
