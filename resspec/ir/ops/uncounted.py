"""The batch norm that does not count its batches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Op, Saved, Shape, Weight, Work, expect_channels

UNCOUNTED_BATCH_NORM = '''
class UncountedBatchNorm2d(nn.Module):
    """A batch norm that does not count its batches."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
    ) -> None:
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.empty(num_features)) if affine else None
        self.bias = nn.Parameter(torch.empty(num_features)) if affine else None
        self.register_buffer("running_mean", torch.empty(num_features))
        self.register_buffer("running_var", torch.empty(num_features))

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self.running_mean, self.running_var
        w, b, train = self.weight, self.bias, self.training
        return F.batch_norm(x, mean, var, w, b, train, self.momentum, self.eps)

    def extra_repr(self) -> str:
        return f"{self.running_mean.shape[0]}, eps={self.eps}"
'''


@final
@dataclass(frozen=True, slots=True)
class UncountedBatchNorm2d(Op):
    """y = gamma (x - mean) / sqrt(var + eps) + beta over the batch (arXiv:1502.03167), or without gamma and beta; its
    running statistics have no number of batches beside them."""

    kind: ClassVar[str] = "uncounted_batch_norm"
    cost_rule: ClassVar[str] = "2 per element (scale, shift)"

    channels: int
    eps: float = 1e-5
    momentum: float = 0.1
    affine: bool = True

    def infer(self, *ins: Shape) -> Shape:
        """The shape stays."""
        expect_channels(self, self.channels, ins[0])
        return ins[0]

    def weights(self) -> tuple[Weight, ...]:
        """gamma and beta, where it is affine, and the running statistics as buffers."""
        vector = (self.channels,)
        learned = ("weight", "bias") if self.affine else ()
        kept = ("running_mean", "running_var")
        return (*(Weight(name, vector) for name in learned), *(Weight(name, vector, learned=False) for name in kept))

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """A scale and a shift per element."""
        return Work(extra=2 * math.prod(out))

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input, and mean and inverse deviation per channel."""
        return Saved(inputs=(0,), shared=2 * self.channels)

    def call(self) -> Call:
        """`UncountedBatchNorm2d`, defined in the emitted file."""
        ones, zeros = "nn.init.ones_({m}.%s)", "nn.init.zeros_({m}.%s)"
        affine = (ones % "weight", zeros % "bias") if self.affine else ()
        args = (
            Arg("num_features", self.channels),
            Arg("eps", self.eps, 1e-5),
            Arg("momentum", self.momentum, 0.1),
            Arg("affine", self.affine, default=True),
        )
        init = (zeros % "running_mean", ones % "running_var", *affine)
        return Call("UncountedBatchNorm2d", args, init, support=UNCOUNTED_BATCH_NORM)
