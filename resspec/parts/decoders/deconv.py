"""The decoder of transposed convolutions."""

from collections.abc import Sequence
from typing import ClassVar

from resspec.ir import Builder, Value
from resspec.ir.ops import TransposedConv2d
from resspec.parts.dense import Decoder, Kit, Widths, placed


class Deconvolution(Decoder):
    """Transposed convolutions in a row on the last map, each of which doubles it, with norm and activation: simple
    baselines for key points (arXiv:1804.06208), and CenterNet's (arXiv:1904.07850)."""

    kind: ClassVar[str] = "deconv"

    widths: Widths = (256, 256, 256)
    """Output channels of each."""

    def lay(self, b: Builder, maps: Sequence[Value], image: Value, kit: Kit) -> Value:
        """In scopes 0, 1, …: up, bn1, act1."""
        x = maps[-1]
        for place, width in enumerate(self.widths):
            with placed(b, f"{place}", "Deconvolution", "A transposed convolution that doubles the map."):
                b.name_quantities(in_channels=x.channels, out_channels=width)
                x = b.add("up", TransposedConv2d(x.channels, width, 4, 2, 1, bias=not kit.norm.shifts), x)
                x = kit.norm.lay(b, "bn1", x, kit.act, "act1")
        return x
