"""Convolutions whose filters are standardised each time they are used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, final

from resspec.ir.op import Arg, Call, Saved, Shape, Weight, Work
from resspec.ir.ops.conv import Convolution

STANDARDISED = '''
class StdConv2d(nn.Conv2d):
    """Convolution whose filters are standardised: each has mean 0 and variance 1."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        eps: float = 1e-6,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
        )
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        filters = self.weight.flatten(1).unsqueeze(0)
        filters = F.batch_norm(filters, None, None, training=True, eps=self.eps)
        return self._conv_forward(x, filters.view_as(self.weight), self.bias)
'''

SCALED = '''
class ScaledStdConv2d(nn.Conv2d):
    """Convolution whose filters are standardised and scaled: each has mean 0, variance
    (gamma gain)^2 / fan-in, so that it keeps the variance of an activated map."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        gamma: float = 1.0,
        eps: float = 1e-6,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
        )
        self.gain = nn.Parameter(torch.empty(out_channels, 1, 1, 1))
        self.scale = gamma * (in_channels // groups * kernel_size**2) ** -0.5
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        filters = self.weight.flatten(1).unsqueeze(0)
        gain = (self.gain * self.scale).flatten()
        filters = F.batch_norm(filters, None, None, gain, training=True, eps=self.eps)
        return self._conv_forward(x, filters.view_as(self.weight), self.bias)
'''


@dataclass(frozen=True, slots=True)
class _Standardised(Convolution):
    """A convolution whose kernel is computed from its weight before each use: `rate` operations per element."""

    rate: ClassVar[int]
    factors: ClassVar[int]
    """Elements for each filter that its kernel is made with: mean, deviation, gain."""

    def work(self, ins: tuple[Shape, ...], out: Shape) -> Work:
        """The convolution's work, and that of making the kernel."""
        work = super(_Standardised, self).work(ins, out)
        return replace(work, extra=work.extra + self.rate * self.weights()[0].elements)

    def saves(self, ins: tuple[Shape, ...], out: Shape) -> Saved:
        """The input; once a batch, the kernel, and mean, deviation and gain of each filter."""
        return Saved(inputs=(0,), shared=self.factors * self.out_channels, kernels=self.weights()[0].elements)

    def scratch(self, ins: tuple[Shape, ...], out: Shape) -> tuple[int, int]:
        """The kernel."""
        return 0, self.weights()[0].elements


@final
@dataclass(frozen=True, slots=True)
class StdConv2d(_Standardised):
    """Convolution with each filter standardised to mean 0 and variance 1 (arXiv:1903.10520)."""

    kind: ClassVar[str] = "std_conv2d"
    rate: ClassVar[int] = 6
    factors: ClassVar[int] = 2
    cost_rule: ClassVar[str] = (
        "6 per weight element (1 mean, 3 variance, 2 standardise), 1 per output element where there is a bias"
    )

    eps: float = 1e-6

    def call(self) -> Call:
        """`StdConv2d`, defined in the emitted file."""
        return Call("StdConv2d", (*self.arguments, Arg("eps", self.eps, 1e-6)), self.filling, support=STANDARDISED)


@final
@dataclass(frozen=True, slots=True)
class ScaledStdConv2d(_Standardised):
    """Convolution with each filter standardised, then scaled by gamma gain / sqrt(fan-in), the gain learned
    (arXiv:2101.08692)."""

    kind: ClassVar[str] = "scaled_std_conv2d"
    rate: ClassVar[int] = 7
    factors: ClassVar[int] = 3
    cost_rule: ClassVar[str] = (
        "7 per weight element (1 mean, 3 variance, 2 standardise, 1 scale), 1 per output element where there is a bias"
    )

    gamma: float = 1.0
    eps: float = 1e-6

    def weights(self) -> tuple[Weight, ...]:
        """Those of a convolution, and `gain` (C_out, 1, 1, 1)."""
        return (*super(ScaledStdConv2d, self).weights(), Weight("gain", (self.out_channels, 1, 1, 1)))

    def call(self) -> Call:
        """`ScaledStdConv2d`, defined in the emitted file."""
        arguments = (*self.arguments, Arg("gamma", self.gamma, 1.0), Arg("eps", self.eps, 1e-6))
        return Call("ScaledStdConv2d", arguments, (*self.filling, "nn.init.ones_({m}.gain)"), support=SCALED)
