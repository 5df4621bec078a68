"""The decoder of DeepLabV3."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from resspec.ir import Builder, Value
from resspec.parts.atrous import Pyramid
from resspec.parts.dense import Decoder, Kit, Width, Widths


class DeepLabV3(Decoder):
    """Atrous spatial pyramid pooling on the last map and one 3x3 convolution (arXiv:1706.05587)."""

    kind: ClassVar[str] = "deeplabv3"

    width: Width = 256
    """Channels of every branch and of the output."""
    rates: Widths = (12, 24, 36)
    """Dilations of the 3x3 branches."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Probability of dropping an element behind the pyramid in training."""

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """The pyramid in the scope aspp; conv1, bn1, act1."""
        x = Pyramid(self.width, self.rates, self.dropout).lay(b, maps[-1], kit)
        return kit.finished(b, 1, x, self.width)
