"""Layer normalisation of maps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Work, expect_channels, expect_map

LAYER_NORM = '''
class LayerNorm2d(nn.LayerNorm):
    """Layer normalisation of the channels of each place; the map keeps its order in memory."""

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2).contiguous()
'''


@final
@dataclass(frozen=True, slots=True)
class LayerNorm2d(Op):
    """Normalisation over the channels of each place (arXiv:1607.06450, arXiv:2201.03545)."""

    kind: ClassVar[str] = "layer_norm"
    precision: ClassVar[str] = "full"
    cost_rule: ClassVar[str] = "8 per element (1 mean, 3 variance, 2 normalise, 2 scale and shift)"

    channels: int
    eps: float = 1e-6
    zero_init: bool = False

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_map(self, ins[0])
        expect_channels(self, self.channels, ins[0])
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """gamma and beta."""
        return Weight("weight", (self.channels,)), Weight("bias", (self.channels,))

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """Statistics are computed for each place of each image."""
        return Work(extra=8 * math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and mean and inverse deviation per place."""
        return Saved(inputs=(0,), extra=2 * math.prod(out[1:]))

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """A map with its channels last."""
        return math.prod(out), 0

    def call(self) -> Call:
        """`LayerNorm2d`, defined in the emitted file."""
        gamma = "zeros_" if self.zero_init else "ones_"
        args = (Arg("normalized_shape", self.channels), Arg("eps", self.eps, 1e-5))
        filled = (f"nn.init.{gamma}({{m}}.weight)", "nn.init.zeros_({m}.bias)")
        return Call("LayerNorm2d", args, filled, support=LAYER_NORM)
