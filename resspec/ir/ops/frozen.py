"""The batch norm that does not learn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Work, expect_channels

FROZEN_BATCH_NORM = '''
class FrozenBatchNorm2d(nn.Module):
    """A batch norm whose tensors are all buffers: a scale and a shift per channel."""

    weight: Tensor
    bias: Tensor
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, torch.empty(num_features))

    def forward(self, x: Tensor) -> Tensor:
        scale = self.weight * (self.running_var + self.eps).rsqrt()
        shift = self.bias - self.running_mean * scale
        return x * scale[:, None, None] + shift[:, None, None]

    def extra_repr(self) -> str:
        return f"{self.weight.shape[0]}, eps={self.eps}"
'''


@final
@dataclass(frozen=True, slots=True)
class FrozenBatchNorm2d(Op):
    """y = gamma (x - mean) / sqrt(var + eps) + beta with all four as buffers, in training too: what detectors make of
    the norms of a trained body."""

    kind: ClassVar[str] = "frozen_batch_norm"
    precision: ClassVar[str] = "promoted"
    cost_rule: ClassVar[str] = "2 per element (scale, shift)"

    channels: int
    eps: float = 1e-5

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_channels(self, self.channels, ins[0])
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """gamma, beta, mean and variance, all buffers."""
        names = ("weight", "bias", "running_mean", "running_var")
        return tuple(Weight(name, (self.channels,), learned=False) for name in names)

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A scale and a shift per element."""
        return Work(extra=2 * math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The scale of each channel."""
        return Saved(shared=self.channels)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The scaled map, and the scales and shifts."""
        return math.prod(out), 2 * self.channels

    def call(self) -> Call:
        """`FrozenBatchNorm2d`, defined in the emitted file; it starts as the identity."""
        ones, zeros = "nn.init.ones_({m}.%s)", "nn.init.zeros_({m}.%s)"
        init = (ones % "weight", zeros % "bias", zeros % "running_mean", ones % "running_var")
        args = (Arg("num_features", self.channels), Arg("eps", self.eps, 1e-5))
        return Call("FrozenBatchNorm2d", args, init, support=FROZEN_BATCH_NORM)
