"""The decoder of transposed convolutions."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from resspec.ir import Builder, Value
from resspec.ir.ops import TransposedConv2d
from resspec.parts.base import part_field
from resspec.parts.dense import Decoder, Kit, Widths, placed
from resspec.parts.families import Norm


class Deconvolution(Decoder):
    """Transposed convolutions in a row on the last map, each of which doubles it, with norm and activation: simple
    baselines for key points (arXiv:1804.06208), CenterNet's (arXiv:1904.07850), and Mask R-CNN's (arXiv:1703.06870)."""

    kind: ClassVar[str] = "deconv"

    widths: Widths = (256, 256, 256)
    """Output channels of each."""
    kernel: Literal[2, 4] = 4
    """Side of their kernels."""
    norm: Annotated[Norm, part_field(Norm)] | None = None
    """The norm behind them; by default the net's."""

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes 0, 1, …: up, bn1, act1."""
        x = maps[-1]
        norm = self.norm or kit.norm
        for place, width in enumerate(self.widths):
            with placed(b, f"{place}", "Deconvolution", "A transposed convolution that doubles the map."):
                b.name_quantities(in_channels=x.channels, out_channels=width)
                padding = self.kernel // 2 - 1
                x = b.add("up", TransposedConv2d(x.channels, width, self.kernel, 2, padding, bias=not norm.shifts), x)
                x = norm.lay(b, "bn1", x, kit.act, "act1")
        return x
